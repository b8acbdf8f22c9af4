import type { GatewayProtocol } from '../../shared/profile.ts';
import { pageOrFormDriver } from './ivanti-web/driver.ts';
import { campusDriver } from './campus/driver.ts';
import type { GatewayDriver } from './gateway.ts';

/** The driver for each protocol. The app and the command line use the same ones. */
export function driversFor({
  formDriver,
  pageDriver,
}: {
  formDriver: GatewayDriver;
  pageDriver: GatewayDriver;
}): Record<GatewayProtocol, GatewayDriver> {
  const ivanti = pageOrFormDriver(pageDriver, formDriver);
  return {
    campus: campusDriver,
    nc: ivanti,
    pulse: ivanti,
    anyconnect: formDriver,
    gp: formDriver,
    f5: formDriver,
    fortinet: formDriver,
    array: formDriver,
  };
}
