import { app, powerMonitor } from 'electron';
import type { Application } from '../../app/ports.ts';
import { atMost } from '../../net/deadline.ts';
import { relaunchOptions } from './relaunch.ts';

/** Quitting: asks once while connected, and never delays a computer that shuts down. */
export interface QuitFlow {
  /** The person asked to quit: quits, or shows the question. */
  request: () => void;
  /** Quits without asking. */
  leave: () => void;
  /** Windows ends the person's session: there is no time to ask, and Windows does not wait for us. */
  sessionEnds: () => void;
}

export interface QuitOptions {
  /** Null until the application exists: before that nothing can be lost. */
  application: () => Pick<Application, 'mayQuit' | 'shutdown'> | null;
  showWindow: () => void;
  /** Lets the windows close for good. */
  allowClose: () => void;
  /** Ends the app another way, if an update wants it so. False: it ends as usual. */
  endsItself?: () => boolean;
  /** The very last thing. `hasTime`: the computer does not shut down. */
  atExit?: (hasTime: boolean) => void;
  /** Whether a native call is running that cannot be cancelled: a normal exit would wait for it, for a minute if need be. */
  isStuck: () => boolean;
  log: (line: string) => void;
}

/** How long signing out may take. After that the app quits anyway, and the gateway ends the session by its own clock. */
const shutdownTimeoutMs = 3_000;

export function createQuitFlow(options: QuitOptions): QuitFlow {
  const { application, showWindow, allowClose, isStuck, log, endsItself = () => false, atExit = () => undefined } = options;
  /** `handed-over`: what installs the update closes the windows and ends the app. */
  let phase: 'running' | 'signing-out' | 'free' | 'handed-over' = 'running';
  let isShuttingDown = false;

  const signOut = async (): Promise<void> => {
    const shutdown = application()
      ?.shutdown()
      .catch((thrown: unknown) => log(`quit: ${String(thrown)}`));
    if (shutdown && !(await atMost(shutdownTimeoutMs, shutdown))) log('quit: signing out took too long');
  };
  const leave = (): void => {
    if (phase === 'free') app.quit();
    if (phase !== 'running') return;
    phase = 'signing-out';
    allowClose();
    void signOut().then(() => {
      // Before it closes the windows, so that nothing here ends the app in its stead
      phase = 'handed-over';
      if (endsItself()) return;
      phase = 'free';
      app.quit();
    });
  };
  const request = (): void => {
    if (application()?.mayQuit() ?? true) leave();
    else showWindow();
  };
  const shutsDown = (): Promise<void> => {
    isShuttingDown = true;
    if (phase === 'free') return Promise.resolve();
    phase = 'free';
    allowClose();
    return signOut();
  };
  /** Windows ends the session, and the gateway is being told. */
  let isTelling = false;
  const sessionEnds = (): void => {
    if (isTelling) return;
    isTelling = true;
    void shutsDown().then(() => {
      isTelling = false;
      app.quit();
    });
    // Electron ends the process as soon as this returns, unless the app has begun to quit (#52604). Windows then gives it a
    // moment, in which the request to sign out can leave. If it cannot, the next start offers to go on
    app.quit();
  };

  app.on('before-quit', (event) => {
    if (phase === 'free' || phase === 'handed-over') return;
    event.preventDefault();
    if (phase === 'running') request();
  });
  // Somebody started the app again while it quits: their arguments came to a process that is about to end
  app.on('second-instance', (_event, argv) => {
    if (phase !== 'running') app.relaunch(relaunchOptions(argv.slice(1), process.env));
  });
  app.on('will-quit', (event) => {
    if (isTelling) event.preventDefault();
  });
  // The app stays in the tray: its windows close for good only when it quits
  app.on('window-all-closed', () => {
    if (phase === 'free') app.quit();
  });
  // The last event: everything is closed and saved
  app.on('quit', (_event, exitCode) => {
    if (exitCode === 0) atExit(!isShuttingDown);
    if (!isStuck()) return;
    log('quit: the keychain does not answer, so the app exits without it');
    process.kill(process.pid, 'SIGKILL');
  });
  // macOS and Linux report it here, Windows to the window. Do not prevent it: the system does not wait for us
  powerMonitor.on('shutdown', () => void shutsDown());
  // Session managers send these signals. Set them once Electron is ready, to replace Chromium's own handler, which would ask before quitting
  process.on('SIGTERM', leave);
  process.on('SIGINT', leave);

  return { request, leave, sessionEnds };
}
