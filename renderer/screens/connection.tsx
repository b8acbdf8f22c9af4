import { useEffect, useState } from 'react';
import { Label } from 'react-aria-components/Label';
import { RadioButton, RadioField, RadioGroup } from 'react-aria-components/RadioGroup';
import { connectionSpans, type ConnectionReport, type ConnectionSpan, type Delay } from '../../shared/connection.ts';
import { failureFrom, useClient } from '../client.ts';
import { useLocalizer } from '../localizer.ts';
import { ConnectionChart } from '../ui/connection-chart.tsx';
import { ConnectionTable } from '../ui/connection-table.tsx';
import { Details } from '../ui/details.tsx';
import { Facts } from '../ui/facts.tsx';

const everyMs = 1_000;

/** How the connection is going: a sentence about its speed, and whose the cause is; totals; the last minute, hour or day. */
export function ConnectionSeen() {
  const [span, setSpan] = useState<ConnectionSpan>('minute');
  const report = useReport(span);
  const { messages, format, bytes, instant, second, milliseconds } = useLocalizer();
  const words = messages.connection;
  if (!report) return null;
  const { slots, reconnects } = report;
  const [oldest] = slots;
  const ends = [oldest?.at ?? report.since, (slots.at(-1)?.at ?? report.since) + report.everyMs].map(span === 'minute' ? second : instant);
  const [from = '', to = ''] = ends;

  const delay = ({ nowMs, usualMs }: Delay): string | null => {
    if (usualMs === null) return null;
    const usual = milliseconds(usualMs);
    return nowMs === null ? format(words.noAnswer, { usual }) : format(words.against, { delay: milliseconds(nowMs), usual });
  };

  return (
    <div className="connection">
      <p className={`connection-verdict ${report.verdict}`}>{words.verdict[report.verdict]}</p>
      <RadioGroup className="segments" orientation="horizontal" value={span} onChange={(value) => setSpan(spanFrom(value))}>
        <Label className="visually-hidden">{words.span}</Label>
        {connectionSpans.map((each) => (
          <RadioField key={each} value={each} className="segment-field">
            <RadioButton className="segment">{words.spans[each]}</RadioButton>
          </RadioField>
        ))}
      </RadioGroup>
      <ConnectionChart slots={slots} everyMs={report.everyMs} label={format(words.chart, { from, to })} />
      <p className="connection-ends" aria-hidden>
        <span>{from}</span>
        <span>{to}</span>
      </p>
      <p className="connection-legend" aria-hidden>
        <span className="legend-received">{messages.connected.received}</span>
        <span className="legend-sent">{messages.connected.sent}</span>
        {slots.some((slot) => slot.reconnects > 0) && <span className="legend-mark">{words.reconnectMark}</span>}
      </p>
      <Facts
        facts={[
          [words.total, format(words.both, { received: bytes(report.received), sent: bytes(report.sent) })],
          [words.delay, delay(report.campus)],
          [words.networkDelay, delay(report.network)],
          [words.reconnects, reconnects === 0 ? words.never : format(words.times, { count: reconnects })],
        ]}
      />
      <Details label={words.table}>{() => <ConnectionTable report={report} span={span} />}</Details>
    </div>
  );
}

const spanFrom = (value: string): ConnectionSpan => connectionSpans.find((span) => span === value) ?? 'minute';

/** Asks for the report once a second while it is on the screen. */
function useReport(span: ConnectionSpan): ConnectionReport | null {
  const client = useClient();
  const [report, setReport] = useState<ConnectionReport | null>(null);
  useEffect(() => {
    let isOver = false;
    const read = (): void => {
      client.call('readConnection', { span }).then(
        (next) => {
          if (!isOver) setReport(next);
        },
        (error: unknown) => {
          if (!isOver) client.trouble.set(failureFrom(error));
        },
      );
    };
    read();
    const timer = setInterval(read, everyMs);
    return () => {
      isOver = true;
      clearInterval(timer);
    };
  }, [client, span]);
  return report;
}
