import { connectionSlots, type ConnectionReport, type ConnectionSpan } from '../../shared/connection.ts';
import { now } from './base.ts';

const since = now - 50 * 60_000;

/** How a connection of fifty minutes is going that broke twice. */
export function connectionReport(span: ConnectionSpan, more: Partial<ConnectionReport> = {}): ConnectionReport {
  const { everyMs, count } = connectionSlots[span];
  return {
    since,
    received: 48_300_000,
    sent: 2_100_000,
    reconnects: 2,
    verdict: 'as-usual',
    campus: { nowMs: 24.4, usualMs: 22 },
    network: { nowMs: 11, usualMs: 10.2 },
    everyMs,
    slots: Array.from({ length: count }, (_, index) => {
      const at = now - (count - 1 - index) * everyMs;
      const isIn = at + everyMs > since;
      return {
        at,
        received: isIn ? Math.round(400_000 * (1 + Math.sin(index / 4))) : 0,
        sent: isIn ? Math.round(60_000 * (1 + Math.cos(index / 3))) : 0,
        delayMs: index % 5 === 4 && isIn ? 22 + index / 10 : null,
        reconnects: index === count - 20 || index === count - 8 ? 1 : 0,
        awayMs: index === count - 21 || index === count - 20 ? everyMs / 2 : 0,
      };
    }),
    ...more,
  };
}
