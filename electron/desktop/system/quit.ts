import { app, powerMonitor } from 'electron';
import type { Application } from '../../app/ports.ts';
import { atMost } from '../../net/deadline.ts';
import { relaunchOptions } from './relaunch.ts';

/** Leaving: asked once while connected, never in the way of a computer that shuts down. */
export interface QuitFlow {
  /** The person asked to quit: goes, or shows the question. */
  request: () => void;
  /** Goes without asking: the question was answered. */
  leave: () => void;
  /** The computer ends the session: there is no time for a question, and none to wait for us. */
  systemEnds: () => void;
}

export interface QuitOptions {
  /** Null until the application is there: before that there is nothing to lose. */
  application: () => Pick<Application, 'mayQuit' | 'shutdown'> | null;
  showWindow: () => void;
  /** Nothing may keep the windows open any more. */
  allowClose: () => void;
  /** Whether a native call is out that nothing can cancel: ending properly, the process would wait for it, be it for a minute. */
  isStuck: () => boolean;
  log: (line: string) => void;
}

/** Signing out may take so long; then we go without it, and the gateway ends the session by its own clock. */
const shutdownWithinMs = 3_000;

export function createQuitFlow({ application, showWindow, allowClose, isStuck, log }: QuitOptions): QuitFlow {
  let phase: 'running' | 'signing-out' | 'free' = 'running';

  const signOut = async (): Promise<void> => {
    const shutdown = application()
      ?.shutdown()
      .catch((thrown: unknown) => log(`quit: ${String(thrown)}`));
    if (shutdown && !(await atMost(shutdownWithinMs, shutdown))) log('quit: signing out took too long');
  };
  const leave = (): void => {
    if (phase === 'free') app.quit();
    if (phase !== 'running') return;
    phase = 'signing-out';
    allowClose();
    void signOut().then(() => {
      phase = 'free';
      app.quit();
    });
  };
  const request = (): void => {
    if (application()?.mayQuit() ?? true) leave();
    else showWindow();
  };
  const systemEnds = (): void => {
    if (phase === 'free') return;
    phase = 'free';
    allowClose();
    void signOut();
  };

  app.on('before-quit', (event) => {
    if (phase === 'free') return;
    event.preventDefault();
    if (phase === 'running') request();
  });
  // Whoever starts us again while we leave has handed their wish to a process that will not carry it out
  app.on('second-instance', (_event, argv) => {
    if (phase !== 'running') app.relaunch(relaunchOptions(argv.slice(1), process.env));
  });
  // The app lives on in the tray: its windows are closed for good only on the way out
  app.on('window-all-closed', () => {
    if (phase === 'free') app.quit();
  });
  // The last that is heard of: everything is closed and written
  app.on('quit', () => {
    if (!isStuck()) return;
    log('quit: the keychain does not answer: leaving without it');
    process.kill(process.pid, 'SIGKILL');
  });
  // macOS and Linux tell us here, Windows tells the window. Not prevented: the system does not wait for us
  powerMonitor.on('shutdown', systemEnds);
  // A session manager's way of saying it. Listened to once Electron is ready, after Chromium, whose own handler would ask before quitting
  process.on('SIGTERM', leave);
  process.on('SIGINT', leave);

  return { request, leave, systemEnds };
}
