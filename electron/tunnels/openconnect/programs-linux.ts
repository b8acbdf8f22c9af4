import type { ProgramName } from './programs.ts';

/** Where a distribution has its own, which are root's alone. */
export const ofTheSystem: Readonly<Record<ProgramName, readonly string[]>> = {
  openconnect: ['/usr/sbin/openconnect', '/usr/bin/openconnect'],
  ocproxy: ['/usr/bin/ocproxy'],
};

/** polkit's, which shows the system's own question for an administrator. */
export const pkexecProgram = '/usr/bin/pkexec';
