/**
 * What a system tunnel bears on Linux, by which whoever comes later knows it, even after a crash of everything that
 * knew of it. Only the helper makes these.
 */
export const tunnelMarks = {
  /** The name of its interface. */
  device: 'causeway0',
  /** A number of a routing protocol that nobody has (rtnetlink(7), "rtm_protocol"; iproute2's `rt_protos`). */
  routeProtocol: '213',
  /** The first line of `resolv.conf` while it is up. */
  resolver: '# Causeway wrote this, and puts the former text back when its tunnel closes.',
} as const;
