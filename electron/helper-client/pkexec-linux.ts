/** polkit's pkexec, which asks for an administrator in the system's own dialog. */
export const pkexecProgram = '/usr/bin/pkexec';
