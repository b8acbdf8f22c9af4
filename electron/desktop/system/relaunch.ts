import type { RelaunchOptions } from 'electron';

/**
 * How this app is started again. An AppImage runs from a mount that ends with it: its own file is what has to be started,
 * and its launcher adds its switches by itself.
 *
 * @param args the command line without the program
 */
export function relaunchOptions(args: readonly string[], env: Readonly<Record<string, string | undefined>>): RelaunchOptions {
  const image = env['APPIMAGE'];
  return image ? { execPath: image, args: args.filter((each) => each !== '--no-sandbox') } : { args: [...args] };
}
