import type { GatewayProtocol } from '../../shared/profile.ts';
import { onPageOrByForms } from './ivanti-web/driver.ts';
import { campusDriver } from './campus/driver.ts';
import type { GatewayDriver } from './gateway.ts';

/** The driver for each protocol. The app and the command line use the same ones. */
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
