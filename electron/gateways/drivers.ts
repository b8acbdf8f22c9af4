import type { GatewayProtocol } from '../../shared/profile.ts';
import { onPageOrByForms } from './ivanti-web/driver.ts';
import { campusDriver } from './campus/driver.ts';
import type { GatewayDriver } from './gateway.ts';

/** Which driver signs in to which protocol: the same in the app and on the command line. */
export function driversFor({ byForms, onPage }: { byForms: GatewayDriver; onPage: GatewayDriver }): Record<GatewayProtocol, GatewayDriver> {
  const ivanti = onPageOrByForms(onPage, byForms);
  return {
    campus: campusDriver,
    nc: ivanti,
    pulse: ivanti,
    anyconnect: byForms,
    gp: byForms,
    f5: byForms,
    fortinet: byForms,
    array: byForms,
  };
}
