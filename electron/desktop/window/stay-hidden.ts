import type { TrayWatch } from '../tray/tray.ts';
import type { MainWindow } from './window.ts';

/** At sign-in a desktop may start its tray after the apps. GNOME's extension and panels take a few seconds. */
const trayTimeoutMs = 20_000;

export interface StayHiddenOptions {
  window: Pick<MainWindow, 'visible' | 'hideOrMinimise'>;
  tray: TrayWatch;
  renewTray: () => void;
  timeoutMs?: number;
}

/**
 * After a start by the system: the window, which has not been shown yet, stays so. If no tray comes to get it back by, it is
 * minimised, unless the person has opened it meanwhile. Never rejects.
 */
export async function stayHidden({ window, tray, renewTray, timeoutMs = trayTimeoutMs }: StayHiddenOptions): Promise<void> {
  const found = await tray.appears(timeoutMs);
  if (found === 'late') renewTray();
  if (found === null && !window.visible) window.hideOrMinimise();
}
