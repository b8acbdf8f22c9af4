import type { double as Double } from '../../electron-double/control.ts';
import type { Client } from './client.ts';

type DoubleControl = typeof Double;

/** What only the double can show: tray, notifications, power. With the real Electron these tests are skipped, visibly. */
export const onRealElectron = process.env['ELECTRON_BINARY'] !== undefined;

/** Runs in the main process, with the double's controls. */
export function inDouble<T>(client: Client, act: (double: DoubleControl) => T | Promise<T>): Promise<T> {
  return client.electron.evaluate<T>(`({ double }) => (${act.toString()})(double)`);
}

/** Clicks the item of this label in the tray's menu or the application's. */
export function clickMenu(client: Client, label: string): Promise<void> {
  return client.electron.evaluate(`({ double }) => { double.menuItem(${JSON.stringify(label)}).click(); }`);
}
