/** The whole environment of openconnect and its script: English messages, times in UTC, and the system's programs. */
export const cleanEnvironment: Readonly<Record<string, string>> = {
  LC_ALL: 'C',
  TZ: 'UTC',
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
};
