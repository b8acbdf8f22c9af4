/** All that openconnect and its script see of our environment: messages in English, times in UTC, the system's programs. */
export const cleanEnvironment: Readonly<Record<string, string>> = {
  LC_ALL: 'C',
  TZ: 'UTC',
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
};
