import { dirname, resolve } from 'node:path';
import { app } from 'electron';
import { linkScheme } from '../../../shared/link.ts';
import { pathOfArgument } from '../../app/file-argument.ts';

/** The system starts the app with this flag at sign-in: no window until the person asks for it. */
export const hiddenFlag = '--hidden';

/** The MSI starts the app so for everybody. It ends at once for a person who does not want it. */
export const everybodyFlag = '--start-for-everybody';

const profileFile = /\.causeway$/i;

/**
 * The `causeway://` links and `.causeway` files of a command line, in order, with files as absolute paths. Links are not
 * checked here: the application reads them and refuses what it does not know.
 *
 * @param folder what relative paths are relative to
 */
export function openedBy(argv: readonly string[], folder: string): string[] {
  return argv
    .filter((argument) => !argument.startsWith('-'))
    .flatMap((argument) => {
      if (argument.toLowerCase().startsWith(`${linkScheme}:`)) return [argument];
      // An address that names no file on this computer is passed on as it is: the application reports it
      if (/^file:/i.test(argument)) return [pathOfArgument(argument) ?? argument];
      return profileFile.test(argument) ? [resolve(folder, argument)] : [];
    });
}

/**
 * Leaves the folder that this process was started in. A double click on a profile starts it in that file's folder, where
 * anybody may have put programs and libraries. Call this once the command line has been read.
 */
export function leaveFolder(): void {
  try {
    process.chdir(dirname(process.execPath));
  } catch {
    // If this fails, nothing breaks: the app looks for nothing by a bare name in the current folder
  }
}

export interface OpenedArguments {
  /** Passes on what was opened so far, and everything from now on. `argument` is null when the person started the app again. */
  deliver(listener: (argument: string | null) => void): void;
}

/**
 * Collects what the system asks this app to open: the command lines of this process and of later ones, and macOS's
 * events, which may come before the app is ready. Null when another instance is already running: it gets the arguments.
 */
export function collectArguments(): OpenedArguments | null {
  if (!app.requestSingleInstanceLock()) return null;
  const waiting: (string | null)[] = openedBy(process.argv.slice(1), process.cwd());
  let receive: (argument: string | null) => void = (argument) => void waiting.push(argument);

  app.on('second-instance', (_event, argv, folder) => {
    const opened = openedBy(argv.slice(1), folder);
    // Windows may start it twice at sign-in: for everybody, and for this person
    if (opened.length === 0 && argv.includes(hiddenFlag)) return;
    for (const argument of opened.length > 0 ? opened : [null]) receive(argument);
  });
  app.on('open-url', (event, link) => {
    event.preventDefault();
    receive(link);
  });
  app.on('open-file', (event, path) => {
    event.preventDefault();
    receive(path);
  });

  return {
    deliver(listener) {
      receive = listener;
      for (const argument of waiting.splice(0)) listener(argument);
    },
  };
}
