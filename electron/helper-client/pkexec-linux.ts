/** polkit's, which shows the system's own question for an administrator. */
export const pkexecProgram = '/usr/bin/pkexec';
