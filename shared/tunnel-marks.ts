/**
 * Marks that a system tunnel has on Linux, so that a later run recognizes it, even if everything that knew of it has
 * crashed. Only the helper creates them.
 */
export const tunnelMarks = {
  /** The name of its interface. */
  device: 'causeway0',
  /** A routing protocol number that nobody uses (rtnetlink(7), "rtm_protocol"; iproute2's `rt_protos`). */
  routeProtocol: '213',
  /** The first line of `resolv.conf` while it is up. */
  resolver: '# Causeway wrote this, and puts the former text back when its tunnel closes.',
} as const;
