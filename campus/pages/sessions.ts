import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readCookie, sessionCookie } from './cookies.ts';
import type { Visit } from './listener.ts';
import { Refusal } from './refusal.ts';

/** One visitor of one site, from the first page to half an hour after the last. Lives in memory only. */
export interface Session<State> {
  readonly id: string;
  /** Stands in every form of the session and comes back with every POST. */
  readonly csrf: string;
  state: State;
}

interface Kept<State> {
  session: Session<State>;
  goodUntil: number;
}

/** Without a visit for this long, a session is over. */
const sessionMs = 30 * 60_000;
/** Sessions at once; beyond it the one that was quiet longest goes. A bound on memory, far above what a campus on one machine sees. */
const mostSessions = 10_000;

/** The sessions of one site. */
export class Sessions<State> {
  /** In the order of their last visit: a visit puts a session at the end. */
  readonly #kept = new Map<string, Kept<State>>();

  constructor(
    private readonly cookie: `__Host-${string}`,
    private readonly now: () => number,
  ) {}

  /** The visitor's session, or null when there is none or it was quiet for too long. */
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

  /** The visitor's session or a new one; the cookies are for the reply. */
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

/** Refuses a form that does not carry the token of its session: another site sent it. Throws a 403. */
export function checkCsrf(expected: string, given: unknown): void {
  const theirs = Buffer.from(typeof given === 'string' ? given : '');
  const ours = Buffer.from(expected);
  if (theirs.length !== ours.length || !timingSafeEqual(theirs, ours)) throw new Refusal(403, 'the form carries no token of this session');
}
