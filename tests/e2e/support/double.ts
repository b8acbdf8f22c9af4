import type { double as Double } from '../../electron-double/control.ts';
import type { Client } from './client.ts';

type DoubleControl = typeof Double;

/** What only the double can simulate: tray, notifications, power. With the real Electron these tests are skipped and say so. */
export const onRealElectron = process.env['ELECTRON_BINARY'] !== undefined;

/** Runs in the main process with the double's controls. `act` is sent as source code, so it may use nothing from outside. */
export function inDouble<T>(client: Client, act: (double: DoubleControl) => T | Promise<T>): Promise<T> {
  return client.electron.evaluate<T, string>((electron, source) => {
    const run = new Function('double', `return (${source})(double)`) as (double: unknown) => T;
    return run(Reflect.get(electron, 'double'));
  }, act.toString());
}

/** Clicks the item with this label in the tray's menu or the application menu. */
export async function clickMenu(client: Client, label: string): Promise<void> {
  await client.electron.evaluate((electron, wanted) => {
    const double = Reflect.get(electron, 'double') as { menuItem(label: string): { click(): void } };
    double.menuItem(wanted).click();
  }, label);
}

/** The desktop's proxy setting, such as `PROXY host:port; DIRECT`. */
export const setSystemProxy = (client: Client, list: string): Promise<void> =>
  client.electron.evaluate(
    (electron, words) => (Reflect.get(electron, 'double') as { setSystemProxy(list: string): void }).setSystemProxy(words),
    list,
  );
