import { win32 } from 'node:path';
import { stepsTo } from '../path-steps.ts';
import { native } from './native.ts';
import { onlyAdministratorsMayChange } from './security-descriptor.ts';

/** Whether only Windows administrators can change a file or folder and every step of the path to it. */
export async function onlyAdministratorsCanChange(path: string): Promise<boolean> {
  try {
    const windows = await native();
    for (const step of await stepsTo(path, win32)) {
      // Do not trust what another computer says about its files
      if (!/^[A-Za-z]:\\/.test(step.path)) return false;
      const descriptor = windows.securityOf(step.path, step.place === 'link' ? 'itself' : 'target');
      const place = step.place === 'end' || step.place === 'link' ? 'itself' : step.place;
      if (!descriptor || !onlyAdministratorsMayChange(descriptor, place)) return false;
    }
    return true;
  } catch {
    return false;
  }
}
