import type { ConnectionSlot } from '../../shared/connection.ts';

/*
 * A drawing of our own: two paths and some marks, in less code than it takes to style a chart library for forced colours and
 * reduced motion, and without its 40 kB or more.
 */
const width = 300;
const height = 72;
const floor = height - 1;
const quietestPerSecond = 10_000; // the least maximum, so that idle traffic stays low

/** Traffic of a span as two lines, with the time without a connection shaded and each reconnect marked. */
export function ConnectionChart({ slots, everyMs, label }: { slots: readonly ConnectionSlot[]; everyMs: number; label: string }) {
  const top = Math.max((quietestPerSecond * everyMs) / 1000, ...slots.flatMap(({ received, sent }) => [received, sent]));
  const step = width / Math.max(1, slots.length - 1);
  const line = (direction: 'received' | 'sent'): string =>
    slots
      .map(
        (slot, index) =>
          `${index === 0 ? 'M' : 'L'}${(index * step).toFixed(1)} ${(floor - (slot[direction] / top) * (height - 8)).toFixed(1)}`,
      )
      .join(' ');
  return (
    <svg className="connection-chart" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={label}>
      {slots.map(({ at, awayMs }, index) =>
        awayMs === 0 ? null : (
          <rect
            key={at}
            className="connection-away"
            x={(index - 0.5) * step}
            y={0}
            width={step}
            height={height}
            opacity={awayMs / everyMs}
          />
        ),
      )}
      <line className="traffic-base" x1="0" y1={height - 0.5} x2={width} y2={height - 0.5} />
      <path className="traffic-sent" d={line('sent')} />
      <path className="traffic-received" d={line('received')} />
      {slots.map(({ at, reconnects }, index) =>
        reconnects === 0 ? null : <path key={at} className="connection-mark" d={`M${(index * step).toFixed(1)} 0V${height}`} />,
      )}
    </svg>
  );
}
