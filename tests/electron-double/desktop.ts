import { NativeEmitter, isProcess, preventable } from './registry.ts';
import { onlyOnceReady } from './strict.ts';

/** The rest of the desktop: what the app asked of it is recorded, what a person would answer is queued. */

/** Addresses and files that were handed to other programs. */
export const opened: string[] = [];

export const shell = {
  openExternal: (address: string): Promise<void> => {
    if (!URL.canParse(address)) return Promise.reject(new Error('Invalid URL'));
    opened.push(address);
    return Promise.resolve();
  },
  openPath: (file: string): Promise<string> => {
    opened.push(file);
    return Promise.resolve('');
  },
  showItemInFolder: (file: string): void => {
    opened.push(file);
  },
  beep: (): void => undefined,
};

/** A dialog that was shown, oldest first. */
export interface ShownDialog {
  kind: 'message' | 'open' | 'save' | 'error';
  options: unknown;
}
export const dialogs: ShownDialog[] = [];

/** What the person will answer, dialog by dialog; without an answer they cancel. */
export const dialogAnswers = {
  message: [] as { response: number; checkboxChecked: boolean }[],
  open: [] as { canceled: boolean; filePaths: string[] }[],
  save: [] as { canceled: boolean; filePath: string }[],
};

/** Options are the last argument, after the window if there is one. */
const shown = (kind: ShownDialog['kind'], args: unknown[]): void => void dialogs.push({ kind, options: args.at(-1) });

const readyForDialogs = (): void => onlyOnceReady(new Error('dialog module can only be used after app is ready'));

export const dialog = {
  showMessageBox: (...args: unknown[]) => {
    readyForDialogs();
    shown('message', args);
    return Promise.resolve(dialogAnswers.message.shift() ?? { response: 0, checkboxChecked: false });
  },
  showOpenDialog: (...args: unknown[]) => {
    readyForDialogs();
    shown('open', args);
    return Promise.resolve(dialogAnswers.open.shift() ?? { canceled: true, filePaths: [] });
  },
  showSaveDialog: (...args: unknown[]) => {
    readyForDialogs();
    shown('save', args);
    return Promise.resolve(dialogAnswers.save.shift() ?? { canceled: true, filePath: '' });
  },
  /** If the double is a process of its own, the box's text also goes to stderr, because the process may end right after it. */
  showErrorBox: (title: string, content: string): void => {
    shown('error', [{ title, content }]);
    if (isProcess) console.error(`[error box] ${title}: ${content}`);
  },
};

let clipboardText = '';
export const clipboard = {
  writeText: (text: string): Promise<void> => Promise.resolve(void (clipboardText = text)),
  readText: (): Promise<string> => Promise.resolve(clipboardText),
  clear: (): void => void (clipboardText = ''),
};

class PowerMonitor extends NativeEmitter {
  constructor() {
    super();
    // The first listener makes the native part, which needs a message loop (`lib/browser/api/power-monitor.ts`)
    this.once('newListener', () => onlyOnceReady(new Error('double: powerMonitor cannot be listened to before app is ready')));
  }
  getSystemIdleTime(): number {
    return 0;
  }
  getSystemIdleState(): 'active' {
    return 'active';
  }
  isOnBatteryPower(): boolean {
    return false;
  }
  /** The computer shuts down. True: the app delays it. */
  shutDown(): boolean {
    const event = preventable({});
    this.emit('shutdown', event);
    return event.defaultPrevented;
  }
}
export const powerMonitor = new PowerMonitor();

const workArea = { x: 0, y: 0, width: 1920, height: 1080 };
const display = {
  id: 1,
  bounds: workArea,
  workArea,
  size: { width: 1920, height: 1080 },
  workAreaSize: { width: 1920, height: 1080 },
  scaleFactor: 1,
  rotation: 0,
};

class Screen extends NativeEmitter {
  getPrimaryDisplay(): typeof display {
    return display;
  }
  getAllDisplays(): (typeof display)[] {
    return [display];
  }
  getDisplayMatching(): typeof display {
    return display;
  }
  getDisplayNearestPoint(): typeof display {
    return display;
  }
  getCursorScreenPoint(): { x: number; y: number } {
    return { x: 0, y: 0 };
  }
}
/** Not to be touched before `ready`: the first look at any of its members makes it (`lib/browser/api/screen.ts`). */
export const screen = new Proxy(new Screen(), {
  get(target, name) {
    onlyOnceReady(new Error("The 'screen' module can't be used before the app 'ready' event"));
    const value: unknown = Reflect.get(target, name);
    return typeof value === 'function' ? (...args: unknown[]): unknown => Reflect.apply(value, target, args) : value;
  },
});

/** No crash report ever leaves the double. */
export const crashReporter = { start: (): void => undefined };
