import { connectionSlots, type ConnectionSlot, type ConnectionSpan } from '../../../shared/connection.ts';
import type { TrafficCount } from '../../tunnels/tunnel.ts';

type Counts = Omit<ConnectionSlot, 'at' | 'delayMs'> & { delaySum: number; delays: number };

/** The newest slots of one width. Older ones are overwritten. */
class Slots {
  private readonly ring = new Map<number, Counts>();

  constructor(private readonly width: { readonly everyMs: number; readonly count: number }) {}

  /** The slot of an instant on the session's own time line. */
  at(time: number): Counts {
    const index = Math.floor(time / this.width.everyMs);
    const found = this.ring.get(index);
    if (found) return found;
    const made: Counts = { received: 0, sent: 0, reconnects: 0, awayMs: 0, delaySum: 0, delays: 0 };
    this.ring.set(index, made);
    for (const old of this.ring.keys()) if (old <= index - this.width.count) this.ring.delete(old);
    return made;
  }

  /** All slots of the last span, oldest first. `shift` leads from the session's time line to the clock on the wall. */
  until(time: number, shift: number): ConnectionSlot[] {
    const { everyMs, count } = this.width;
    const last = Math.floor(time / everyMs);
    return Array.from({ length: count }, (_, position) => {
      const index = last - count + 1 + position;
      const { received = 0, sent = 0, reconnects = 0, awayMs = 0, delaySum = 0, delays = 0 } = this.ring.get(index) ?? {};
      return { at: index * everyMs + shift, received, sent, reconnects, awayMs, delayMs: delays === 0 ? null : delaySum / delays };
    });
  }
}

/**
 * What went through one session, in slots for the last minute, hour and day. It has a time line of its own: a clock that somebody sets back
 * does not fold two hours into one.
 */
export class ConnectionHistory {
  private readonly since: number;
  reconnects = 0;
  private readonly spans: Record<ConnectionSpan, Slots> = {
    minute: new Slots(connectionSlots.minute),
    hour: new Slots(connectionSlots.hour),
    day: new Slots(connectionSlots.day),
  };
  private time: number;
  private seenAt: number;
  private counted: TrafficCount = { received: 0, sent: 0 };
  private awaySince: number | null = null;

  /** @param at when the session began, epoch ms */
  constructor(at: number) {
    this.since = at;
    this.time = at;
    this.seenAt = at;
  }

  get totals(): TrafficCount {
    return this.counted;
  }

  /** When the session began, by the clock on the wall as it goes now: as the slots are. */
  begun(at: number): number {
    this.proceed(at);
    return at - (this.time - this.since);
  }

  /** The session's bytes so far. */
  traffic(at: number, { received, sent }: TrafficCount): void {
    this.proceed(at);
    const more = { received: increase(this.counted.received, received), sent: increase(this.counted.sent, sent) };
    this.counted = { received: this.counted.received + more.received, sent: this.counted.sent + more.sent };
    this.each((slot) => {
      slot.received += more.received;
      slot.sent += more.sent;
    });
  }

  /** How long a small question through the tunnel took, in ms. */
  delay(at: number, ms: number): void {
    if (!Number.isFinite(ms)) return;
    this.proceed(at);
    this.each((slot) => {
      slot.delaySum += ms;
      slot.delays += 1;
    });
  }

  /** The connection broke. */
  broke(at: number): void {
    this.proceed(at);
    this.awaySince ??= this.time;
  }

  /** The connection is back. */
  cameBack(at: number): void {
    if (this.awaySince === null) return;
    this.proceed(at);
    this.awaySince = null;
    this.reconnects += 1;
    this.each((slot) => (slot.reconnects += 1));
  }

  slots(span: ConnectionSpan, at: number): ConnectionSlot[] {
    this.proceed(at);
    return this.spans[span].until(this.time, at - this.time);
  }

  private each(change: (slot: Counts) => void): void {
    for (const slots of Object.values(this.spans)) change(slots.at(this.time));
  }

  /** Moves the time line on, and counts the time without a connection slot by slot. */
  private proceed(at: number): void {
    const from = this.time;
    this.time += Math.max(0, at - this.seenAt);
    this.seenAt = at;
    if (this.awaySince === null) return;
    for (const [span, slots] of Object.entries(this.spans)) {
      const { everyMs, count } = connectionSlots[span === 'minute' || span === 'hour' ? span : 'day'];
      // A computer that slept for days: what is older than the span is not shown
      for (let begin = Math.max(from, this.time - everyMs * count); begin < this.time;) {
        const end = Math.min(this.time, (Math.floor(begin / everyMs) + 1) * everyMs);
        slots.at(begin).awayMs += end - begin;
        begin = end;
      }
    }
  }
}

/** How much a count grew. A count that falls is a tunnel that was not asked in time. One that is not a number would spoil every later sum. */
const increase = (before: number, now: number): number => (Number.isFinite(now) ? Math.max(0, now - before) : 0);
