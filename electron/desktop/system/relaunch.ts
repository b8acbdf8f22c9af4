import type { RelaunchOptions } from 'electron';

/**
 * How to start this app again. An AppImage runs from a mount that ends with it, so the AppImage file itself has to be
 * started, and its launcher adds its switches again.
 *
 * @param args the command line without the program
 */
export function relaunchOptions(args: readonly string[], env: Readonly<Record<string, string | undefined>>): RelaunchOptions {
  const image = env['APPIMAGE'];
  return image ? { execPath: image, args: args.filter((each) => each !== '--no-sandbox') } : { args: [...args] };
}
