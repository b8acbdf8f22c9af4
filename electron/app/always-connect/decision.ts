import { isSessionOver } from '../../../shared/endings.ts';
import type { AlwaysConnectState } from '../../../shared/always-connect.ts';
import type { Failure, FailureCode } from '../../../shared/failure.ts';

/** How long a person's Disconnect counts, at most. */
export const pauseMs = 24 * 60 * 60_000;
const firstWaitMs = 5_000;
/** The longest wait between two tries. A new network or a wake ends it. */
export const longestWaitMs = 10 * 60_000;

/** What is known when it is decided. Instants are epoch milliseconds. */
export interface Situation {
  /** The setting or the policy asks for it. */
  readonly isWanted: boolean;
  /** There is a campus to connect to. */
  readonly hasCampus: boolean;
  /** There is neither an attempt nor a session. */
  readonly isAtRest: boolean;
  /** The open question belongs to an attempt that nobody pressed Connect for, and nobody has answered anything in it. */
  readonly isAsking: boolean;
  /** Something else on the screen waits for the person, such as a recovery or a link's question. */
  readonly isBusy: boolean;
  /** The computer is about to sleep, or the app to end. */
  readonly isSuspended: boolean;
  /** The end of the pause that a person's Disconnect began. */
  readonly pausedUntil: number | null;
  /** Only the person can go on. */
  readonly isStopped: boolean;
  readonly nextTryAt: number;
  readonly round: number;
  readonly now: number;
}

/** What to do: connect now, or be in a state until it ends. */
export type Decision = { readonly connect: true } | { readonly connect: false; readonly state: AlwaysConnectState };

const stay = (state: AlwaysConnectState): Decision => ({ connect: false, state });

/** The one place that decides whether to connect by itself. Pure. */
export function decide(situation: Situation): Decision {
  const { isWanted, hasCampus, isAtRest, isAsking, isBusy, isSuspended, pausedUntil, isStopped, nextTryAt, round, now } = situation;
  if (!isWanted || !hasCampus) return stay({ step: 'off' });
  if (isAsking) return stay({ step: 'asking', round });
  if (!isAtRest) return stay({ step: 'watching' });
  if (pausedUntil !== null && now < pausedUntil) return stay({ step: 'paused', until: pausedUntil });
  if (isStopped) return stay({ step: 'stopped', round });
  if (isBusy || isSuspended) return stay({ step: 'watching' });
  return now < nextTryAt ? stay({ step: 'waiting', until: nextTryAt }) : { connect: true };
}

/** What the end of an attempt or a session means for the next one. */
export type Meaning =
  /** Nothing stands in the way: the session is over, or the computer has left campus. */
  | 'again'
  /** The network or the campus: try again later, without a word. */
  | 'later'
  /** Only the person can go on. */
  | 'person';

/** Failures of the network or the campus, which pass without the person. */
const passing: readonly FailureCode[] = [
  'gateway-unreachable',
  'local-network',
  'gateway-name-unknown',
  'gateway-silent',
  'gateway-closed',
  'gateway-busy',
  'gateway-not-secure',
  'campus-trouble',
  'captive-portal',
  'path-drops-long',
  'proxy-unreachable',
  'tunnel-dropped',
  'tunnel-failed',
  'roots-late',
  'component-failed',
];
/** The campus or another sign-in of the same person ended the session on purpose. */
const onPurpose: readonly FailureCode[] = ['session-revoked', 'session-replaced'];

/**
 * @param ending why it ended; null: the person ended it, or the computer has left campus
 * @param wasAsked whether it stopped at a question that nobody has answered
 */
export function meaningOf(ending: Failure | null, wasAsked: boolean): Meaning {
  if (ending === null) return 'again';
  if (wasAsked) return 'person';
  if (isSessionOver(ending.code)) return onPurpose.includes(ending.code) ? 'person' : 'again';
  return passing.includes(ending.code) ? 'later' : 'person';
}

/** How long to wait before try number `tries` (1 is the first that follows a failure): twice as long each time, up to a third less at random. */
export function waitMs(tries: number, random: () => number): number {
  const longest = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(tries - 1, 20));
  return Math.round(longest * (1 - random() / 3));
}

/** An instant that cannot be further away than it was when it was set, although the clock was set back. */
export const notLaterThan = (until: number, now: number, mostMs: number): number => Math.min(until, now + mostMs);
