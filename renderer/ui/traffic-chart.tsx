import { ArrowDown, ArrowUp } from 'lucide-react';
import { useClient, useStore } from '../client.ts';
import { useLocalizer } from '../localizer.ts';
import type { TrafficSample } from '../../shared/app-state.ts';

const width = 240;
const height = 44;
const seconds = 60;
const quietest = 10_000; // the chart's least maximum, bytes a second, so that idle traffic stays low

/** Bytes a second between consecutive samples, oldest first. */
function ratesOf(samples: readonly TrafficSample[], direction: 'received' | 'sent'): number[] {
  return samples.slice(1).map((sample, index) => {
    const before = samples[index] ?? sample;
    return (Math.max(0, sample[direction] - before[direction]) * 1000) / Math.max(1, sample.at - before.at);
  });
}

/** The last minute as a path that grows from the right. */
function pathOf(rates: readonly number[], top: number): string {
  const x = (index: number): number => width - ((rates.length - 1 - index) * width) / (seconds - 1);
  return rates
    .map((rate, index) => `${index === 0 ? 'M' : 'L'}${x(index).toFixed(1)} ${(height - 1 - (rate / top) * (height - 4)).toFixed(1)}`)
    .join(' ');
}

/** The tunnel's traffic in the last minute, received and sent, with the current rates as text. */
export function TrafficChart() {
  const samples = useStore(useClient().traffic);
  const { messages, format, bytes } = useLocalizer();
  const received = ratesOf(samples, 'received');
  const sent = ratesOf(samples, 'sent');
  const top = Math.max(quietest, ...received, ...sent);
  const rate = (rates: readonly number[]): string => format(messages.connected.perSecond, { amount: bytes(rates.at(-1) ?? 0) });
  const now = { received: rate(received), sent: rate(sent) };
  return (
    <div className="traffic">
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={format(messages.connected.chart, now)}>
        <line className="traffic-base" x1="0" y1={height - 0.5} x2={width} y2={height - 0.5} />
        <path className="traffic-sent" d={pathOf(sent, top)} />
        <path className="traffic-received" d={pathOf(received, top)} />
      </svg>
      <p className="traffic-now">
        <span>
          <ArrowDown aria-hidden size={14} /> <span className="visually-hidden">{messages.connected.received} </span>
          {now.received}
        </span>
        <span>
          <ArrowUp aria-hidden size={14} /> <span className="visually-hidden">{messages.connected.sent} </span>
          {now.sent}
        </span>
      </p>
    </div>
  );
}
