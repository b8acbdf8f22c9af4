/**
 * Whether this program runs in a Unix-style terminal on Windows although Node sees none. MSYS and Cygwin windows (such as
 * Git Bash's mintty) give a Windows program plain pipes, in which hidden input is impossible. Their environment variables
 * show it.
 */
export const isUnixTerminalOfWindows = (platform: NodeJS.Platform, env: Readonly<Record<string, string | undefined>>): boolean =>
  platform === 'win32' && (env['TERM_PROGRAM'] === 'mintty' || (env['MSYSTEM'] ?? '') !== '');
