import type { GrantTarget, SessionEnd } from '../../shared/access-protocol.ts';
import { fail } from '../../shared/failure.ts';
import { whenReached, type Now } from '../clock.ts';
import type { SessionRecord } from '../document.ts';
import type { RelaySession } from '../relay/server.ts';
import { fastHash, newId, newToken } from '../secrets.ts';
import type { Store } from '../store.ts';

export interface SessionRules {
  lifetimeMs: number;
  idleMs: number;
  /** Sessions of one person at a time. */
  perPerson: number;
  /** How often a session can be extended, each time by a whole lifetime from then. */
  extensions: number;
}

/** A session as others see it. All instants are epoch milliseconds. */
export interface SessionInfo {
  readonly id: string;
  readonly userId: string;
  readonly installation: string;
  /** What the client calls itself. */
  readonly client: string;
  readonly startedAt: number;
  readonly expiresAt: number;
  readonly activeAt: number;
  readonly extendable: boolean;
}

/** What a control channel is told of its session. */
export interface SessionListener {
  expiring(at: number): void;
  ended(reason: SessionEnd): void;
}

export interface Sessions {
  list(): SessionInfo[];
  ofPerson(userId: string): SessionInfo[];
  /**
   * Starts a session; one of the same installation that was left behind is replaced. Fails with
   * `session-limit` when the person has as many as allowed elsewhere.
   */
  start(who: { userId: string; installation: string; client: string }): Promise<{ session: SessionInfo; ticket: string }>;
  /** The session of a ticket that is still good, or null. */
  byTicket(ticket: string): SessionInfo | null;
  /** The same for the relay: what the session may reach, and when it is over. */
  authorize(ticket: string): RelaySession | null;
  /** The new expiry, or null: extended often enough, or over. */
  extend(id: string): Promise<number | null>;
  /** The person did something: the idle time starts anew. */
  touch(id: string): void;
  /** Resolves once the end is on disk; false when there is no such session. */
  end(id: string, reason: SessionEnd): Promise<boolean>;
  /** Hears of a session from now on, also that it is about to expire already. Returns what stops it. */
  listen(id: string, listener: SessionListener): () => void;
  /** Cuts everything that hangs on sessions; they live on in the store. */
  close(): void;
}

export interface SessionOptions {
  store: Store;
  now: Now;
  rules: SessionRules;
  /** Where every session may go. */
  targets: readonly GrantTarget[];
  /** Told of what went wrong where nobody waits for an answer. */
  report: (error: unknown) => void;
}

/** The warning comes when a tenth of the life is left, or ten minutes, whichever is less. */
const warnMs = (lifetimeMs: number): number => Math.min(lifetimeMs / 10, 10 * 60_000);

/** What a session has beside its record: nothing of it outlives the process. */
interface Live {
  /** A restart of the campus counts as activity: nobody is idle for its being away. */
  activeAt: number;
  warned: boolean;
  readonly over: AbortController;
  readonly listeners: Set<SessionListener>;
  cancelAlarm: () => void;
}

/** The sessions that are signed in. Of their tickets only hashes are kept; they survive a restart. */
export function createSessions({ store, now, rules, targets, report }: SessionOptions): Sessions {
  const live = new Map<string, Live>();
  const record = (id: string) => store.document.sessions.find((session) => session.id === id);

  const whyOver = (expiresAt: number, activeAt: number): SessionEnd | null => {
    if (now() >= expiresAt) return 'expired';
    return now() >= activeAt + rules.idleMs ? 'idle' : null;
  };

  const info = (id: string): SessionInfo | null => {
    const kept = record(id);
    const alive = live.get(id);
    if (!kept || !alive || whyOver(kept.expiresAt, alive.activeAt)) return null;
    const { userId, installation, client, startedAt, expiresAt, extensions } = kept;
    return { id, userId, installation, client, startedAt, expiresAt, activeAt: alive.activeAt, extendable: extensions < rules.extensions };
  };
  const list = (): SessionInfo[] => store.document.sessions.flatMap((session) => info(session.id) ?? []);

  /** Looks at a session when something may be due, and sets the alarm for what is due next. */
  const review = (id: string): void => {
    const kept = record(id);
    const alive = live.get(id);
    if (!kept || !alive) return;
    alive.cancelAlarm();
    const over = whyOver(kept.expiresAt, alive.activeAt);
    if (over) {
      end(id, over).catch(report);
      return;
    }
    const warnAt = kept.expiresAt - warnMs(rules.lifetimeMs);
    if (!alive.warned && now() >= warnAt) {
      alive.warned = true;
      for (const listener of alive.listeners) listener.expiring(kept.expiresAt);
    }
    const next = Math.min(kept.expiresAt, alive.activeAt + rules.idleMs, alive.warned ? Infinity : warnAt);
    alive.cancelAlarm = whenReached(now, next, () => review(id));
  };

  const bringToLife = (id: string): void => {
    live.set(id, { activeAt: now(), warned: false, over: new AbortController(), listeners: new Set(), cancelAlarm: () => undefined });
    review(id);
  };

  /** The end in memory; the record is gone already, or its removal could not be written. */
  const bury = (id: string, reason: SessionEnd): void => {
    const alive = live.get(id);
    if (!alive) return;
    live.delete(id);
    alive.cancelAlarm();
    alive.over.abort();
    for (const listener of alive.listeners) listener.ended(reason);
  };

  const end = async (id: string, reason: SessionEnd): Promise<boolean> => {
    if (!live.has(id)) return false;
    try {
      await store.update((draft) => {
        draft.sessions = draft.sessions.filter((session) => session.id !== id);
      });
    } finally {
      bury(id, reason);
    }
    return true;
  };

  const byTicket = (ticket: string): SessionInfo | null => {
    const hash = fastHash(ticket);
    const kept = store.document.sessions.find((session) => session.ticketHash === hash);
    return kept ? info(kept.id) : null;
  };

  for (const { id } of store.document.sessions) bringToLife(id);

  return {
    list,
    ofPerson: (userId) => list().filter((session) => session.userId === userId),

    async start({ userId, installation, client }) {
      const ticket = newToken();
      const startedAt = now();
      const expiresAt = startedAt + rules.lifetimeMs;
      const session: SessionRecord = {
        id: newId(),
        userId,
        installation,
        client,
        ticketHash: fastHash(ticket),
        startedAt,
        expiresAt,
        extensions: 0,
      };
      const replaced = await store.update((draft) => {
        const own = draft.sessions.filter((other) => other.userId === userId && other.installation === installation);
        const rest = draft.sessions.filter((other) => !own.includes(other));
        // Asked again here: of two sign-ins at the same time only one gets the last place
        if (rest.filter((other) => other.userId === userId && info(other.id)).length >= rules.perPerson) throw fail('session-limit');
        draft.sessions = [...rest, session];
        return own.map((other) => other.id);
      });
      for (const id of replaced) bury(id, 'replaced');
      bringToLife(session.id);
      return { session: { ...session, activeAt: startedAt, extendable: rules.extensions > 0 }, ticket };
    },

    byTicket,

    authorize(ticket) {
      const session = byTicket(ticket);
      const alive = session && live.get(session.id);
      if (!alive) return null;
      const touch = (): void => {
        alive.activeAt = now();
      };
      return { id: session.id, targets, touch, ended: alive.over.signal };
    },

    async extend(id) {
      if (!info(id)?.extendable) return null;
      const expiresAt = await store.update((draft) => {
        const session = draft.sessions.find((other) => other.id === id);
        if (!session || session.extensions >= rules.extensions) return null;
        session.extensions += 1;
        session.expiresAt = now() + rules.lifetimeMs;
        return session.expiresAt;
      });
      const alive = live.get(id);
      if (alive && expiresAt !== null) alive.warned = false;
      review(id);
      return expiresAt;
    },

    touch(id) {
      const alive = live.get(id);
      if (alive) alive.activeAt = now();
    },

    end,

    listen(id, listener) {
      const alive = live.get(id);
      const kept = record(id);
      if (!alive || !kept) return () => undefined;
      alive.listeners.add(listener);
      if (alive.warned) listener.expiring(kept.expiresAt);
      return () => alive.listeners.delete(listener);
    },

    close() {
      for (const alive of live.values()) {
        alive.cancelAlarm();
        alive.over.abort();
      }
      live.clear();
    },
  };
}
