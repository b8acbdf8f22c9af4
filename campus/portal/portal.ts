import type { RequestListener } from 'node:http';
import { listenerOf } from '../pages/listener.ts';
import { addAdding } from './add.ts';
import { addDevices } from './devices.ts';
import { addKeys } from './keys.ts';
import { addSignIn } from './sign-in.ts';
import { PortalSite } from './site.ts';
import type { PortalOptions } from './state.ts';

/**
 * The device portal: sign in, add a new device, see and remove the old ones. Page addresses are
 * `causeway.portal.v1` (`guideSteps` in `shared/task.ts`), which guides follow from outside.
 */
export function createPortal(options: PortalOptions): RequestListener {
  const site = new PortalSite(options);
  addSignIn(site);
  addAdding(site);
  addDevices(site);
  if (options.securityKeys) addKeys(site, options.securityKeys);
  return listenerOf(site.router);
}
