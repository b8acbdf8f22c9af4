import type { ConnectionReport, ConnectionSlot, ConnectionSpan } from '../../shared/connection.ts';
import { useLocalizer } from '../localizer.ts';

/** How many slots make a row: ten seconds, five minutes, an hour. */
const slotsInRow = { minute: 10, hour: 5, day: 4 } as const satisfies Record<ConnectionSpan, number>;

/** A break that is written as 0 seconds reads as none. */
const shortestMs = 1_000;

/** The chart's contents as a table, for whoever does not see the chart or wants numbers. */
export function ConnectionTable({ report, span }: { report: ConnectionReport; span: ConnectionSpan }) {
  const { messages, format, bytes, duration, instant, second, milliseconds } = useLocalizer();
  const { columns, nothing, times } = messages.connection;
  return (
    <div className="table-frame" role="region" aria-label={messages.connection.title} tabIndex={0}>
      <table className="connection-table">
        <thead>
          <tr>
            {[columns.time, columns.received, columns.sent, columns.delay, columns.away, columns.reconnects].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rowsOf(report, span).map((row) => (
            <tr key={row.at}>
              <th scope="row">{span === 'minute' ? second(row.at) : instant(row.at)}</th>
              <td>{bytes(row.received)}</td>
              <td>{bytes(row.sent)}</td>
              <td>{row.delayMs === null ? nothing : milliseconds(row.delayMs)}</td>
              <td>{row.awayMs === 0 ? nothing : duration(Math.max(shortestMs, row.awayMs))}</td>
              <td>{row.reconnects === 0 ? nothing : format(times, { count: row.reconnects })}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Slots added up to rows, oldest first, without the time before the session. */
function rowsOf({ slots, everyMs, since }: ConnectionReport, span: ConnectionSpan): ConnectionSlot[] {
  const inRow = slotsInRow[span];
  const rows: ConnectionSlot[] = [];
  for (let first = 0; first < slots.length; first += inRow) {
    const some = slots.slice(first, first + inRow).filter(({ at }) => at + everyMs > since);
    const [oldest] = some;
    if (!oldest) continue;
    const sum = (key: 'received' | 'sent' | 'reconnects' | 'awayMs'): number => some.reduce((total, slot) => total + slot[key], 0);
    const delays = some.flatMap(({ delayMs }) => (delayMs === null ? [] : [delayMs]));
    rows.push({
      at: Math.max(oldest.at, since),
      received: sum('received'),
      sent: sum('sent'),
      reconnects: sum('reconnects'),
      awayMs: sum('awayMs'),
      delayMs: delays.length === 0 ? null : delays.reduce((total, ms) => total + ms, 0) / delays.length,
    });
  }
  return rows;
}
