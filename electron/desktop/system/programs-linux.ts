/** Asks the session bus; of Debian's package dbus, and its name everywhere else too. */
export const dbusSend = '/usr/bin/dbus-send';
