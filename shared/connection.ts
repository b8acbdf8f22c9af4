import * as z from 'zod/mini';

/** The lengths of time over which a session can be looked at. */
export const connectionSpans = ['minute', 'hour', 'day'] as const;
export type ConnectionSpan = (typeof connectionSpans)[number];

/** The width of one slot in ms, and how many there are. */
export const connectionSlots = {
  minute: { everyMs: 1_000, count: 60 },
  hour: { everyMs: 60_000, count: 60 },
  day: { everyMs: 900_000, count: 96 },
} as const satisfies Record<ConnectionSpan, { everyMs: number; count: number }>;

const milliseconds = z.nullable(z.number());

/** A delay now and what is usual in this session, in ms. Null: not measured, or no answer came. */
const delaySchema = z.object({ nowMs: milliseconds, usualMs: milliseconds });
export type Delay = z.infer<typeof delaySchema>;

/** What happened in one slot: bytes, the mean delay through the tunnel, how often the connection came back, and for how long it was away. */
const slotSchema = z.object({
  at: z.number(),
  received: z.number(),
  sent: z.number(),
  delayMs: milliseconds,
  reconnects: z.number(),
  awayMs: z.number(),
});
export type ConnectionSlot = z.infer<typeof slotSchema>;

/** Whose the delay is: nobody's, the person's own network, the campus's, or slow for a reason that was not measured. */
export const connectionVerdicts = ['not-measured', 'as-usual', 'your-network', 'your-campus', 'slow'] as const;
export type ConnectionVerdict = (typeof connectionVerdicts)[number];

/** How the session went so far, over one span. Times are epoch ms. */
export const connectionReportSchema = z.object({
  since: z.number(),
  received: z.number(),
  sent: z.number(),
  reconnects: z.number(),
  verdict: z.enum(connectionVerdicts),
  /** Through the tunnel: to the campus and back. */
  campus: delaySchema,
  /** Past the tunnel: until the gateway, or the web proxy before it, accepts a connection. */
  network: delaySchema,
  everyMs: z.number(),
  /** Oldest first, without gaps. */
  slots: z.array(slotSchema),
});
export type ConnectionReport = z.infer<typeof connectionReportSchema>;
