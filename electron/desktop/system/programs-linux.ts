/** The program that asks the session bus, from Debian's package dbus. It has the same path elsewhere. */
export const dbusSend = '/usr/bin/dbus-send';
