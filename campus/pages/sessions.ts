import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readCookie, sessionCookie } from './cookies.ts';
import type { Visit } from './site.ts';
import { Refusal } from './refusal.ts';

/** One visitor of one site, from the first page until half an hour after the last. Kept in memory only. */
export interface Session<State> {
  readonly id: string;
  /** Part of every form of the session, and returned with every POST. */
  readonly csrf: string;
  state: State;
}

interface Kept<State> {
  session: Session<State>;
  goodUntil: number;
}

/** A session ends after this long without a visit. */
const sessionMs = 30 * 60_000;
/**
 * The number of sessions at once. Beyond it, the longest unused one is removed. It limits memory, far above what a campus
 * on one machine needs.
 */
const mostSessions = 10_000;

/** The sessions of one site. */
export class Sessions<State> {
  /** In the order of the last visit: a visit moves a session to the end. */
  readonly #kept = new Map<string, Kept<State>>();

  constructor(
    private readonly cookie: `__Host-${string}`,
    private readonly now: () => number,
  ) {}

  /** The visitor's session. Null if there is none, or it was unused for too long. */
  find(visit: Visit): Session<State> | null {
    const id = readCookie(visit, this.cookie);
    const kept = id === null ? undefined : this.#kept.get(id);
    if (!kept) return null;
    this.#kept.delete(kept.session.id);
    if (kept.goodUntil <= this.now()) return null;
    this.#keep(kept.session);
    return kept.session;
  }

  /** A session with a new id, and the cookie that carries it. */
  open(state: State): { session: Session<State>; cookie: string } {
    const session = { id: randomBytes(24).toString('base64url'), csrf: randomBytes(24).toString('base64url'), state };
    this.#keep(session);
    return { session, cookie: sessionCookie(this.cookie, session.id) };
  }

  /** The visitor's session or a new one. The cookies go into the reply. */
  findOrOpen(visit: Visit, fresh: () => State): { session: Session<State>; cookies: string[] } {
    const known = this.find(visit);
    if (known) return { session: known, cookies: [] };
    const { session, cookie } = this.open(fresh());
    return { session, cookies: [cookie] };
  }

  close(session: Session<State>): void {
    this.#kept.delete(session.id);
  }

  #keep(session: Session<State>): void {
    this.#kept.set(session.id, { session, goodUntil: this.now() + sessionMs });
    if (this.#kept.size <= mostSessions) return;
    const quietest = this.#kept.keys().next();
    if (!quietest.done) this.#kept.delete(quietest.value);
  }
}

/** Refuses a form without its session's token, because another site sent it. Throws a 403. */
export function checkCsrf(expected: string, given: unknown): void {
  const theirs = Buffer.from(typeof given === 'string' ? given : '');
  const ours = Buffer.from(expected);
  if (theirs.length !== ours.length || !timingSafeEqual(theirs, ours)) throw new Refusal(403, 'the form carries no token of this session');
}
