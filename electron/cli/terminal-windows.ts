/**
 * Whether a program that has no terminal was started in one all the same: the windows of MSYS and Cygwin (Git Bash's mintty
 * among them) hand a Windows program plain pipes, in which nothing can be typed without being drawn. By their variables.
 */
export const isUnixTerminalOfWindows = (platform: NodeJS.Platform, env: Readonly<Record<string, string | undefined>>): boolean =>
  platform === 'win32' && (env['TERM_PROGRAM'] === 'mintty' || (env['MSYSTEM'] ?? '') !== '');
