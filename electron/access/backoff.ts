/** Waits between tries to reconnect, in seconds; the last one repeats. The first try is immediate. */
const ladder = [0, 1, 2, 4, 8, 15, 30] as const;

/**
 * How long to wait before try number `tries` (0 is the first), in milliseconds. Up to a third is taken off at random, so
 * that not all clients come at once when a campus is back.
 */
export function backoffMs(tries: number, random: () => number): number {
  const seconds = ladder[Math.min(tries, ladder.length - 1)] ?? 30;
  return Math.round(seconds * 1000 * (1 - random() / 3));
}
