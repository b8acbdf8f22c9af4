import { dirname, resolve } from 'node:path';
import { app } from 'electron';
import { linkScheme } from '../../../shared/link.ts';
import { pathOfArgument } from '../../app/file-argument.ts';

/** Started by the system at sign-in: no window until the person asks for it. */
export const hiddenFlag = '--hidden';

const profileFile = /\.causeway$/i;

/**
 * The `causeway://` links and `.causeway` files of a command line, in order, files as absolute paths. What a
 * link says is not judged here: the application reads it, and refuses what it does not know.
 *
 * @param folder what relative paths are relative to
 */
export function openedBy(argv: readonly string[], folder: string): string[] {
  return argv
    .filter((argument) => !argument.startsWith('-'))
    .flatMap((argument) => {
      if (argument.toLowerCase().startsWith(`${linkScheme}:`)) return [argument];
      // One that names no file of this computer goes on as it is: the application says so
      if (/^file:/i.test(argument)) return [pathOfArgument(argument) ?? argument];
      return profileFile.test(argument) ? [resolve(folder, argument)] : [];
    });
}

/**
 * Leaves the folder that this process was started in: a double click on a profile starts it in the folder of that file,
 * where anybody may have put libraries and programs to be found. To be called once the command line has been read.
 */
export function leaveFolder(): void {
  try {
    process.chdir(dirname(process.execPath));
  } catch {
    // One that is not to be entered holds nothing for us either, and nothing of ours is looked for by a mere name
  }
}

export interface OpenedArguments {
  /** Hands over what was opened so far, and everything from now on. `argument` null: the person started the app once more. */
  deliver(listener: (argument: string | null) => void): void;
}

/**
 * Collects what the system asks this app to open: this process's command line, that of later ones, and macOS's
 * events, which may come before the app is ready. Null when another instance runs already; it has been told.
 */
export function collectArguments(): OpenedArguments | null {
  if (!app.requestSingleInstanceLock()) return null;
  const waiting: (string | null)[] = openedBy(process.argv.slice(1), process.cwd());
  let receive: (argument: string | null) => void = (argument) => void waiting.push(argument);

  app.on('second-instance', (_event, argv, folder) => {
    const opened = openedBy(argv.slice(1), folder);
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
