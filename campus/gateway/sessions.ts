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
  /** How many sessions one person may have at a time. */
  perPerson: number;
  /** How often a session can be extended, each time to a whole lifetime from then. */
  extensions: number;
}

/** A session, as other parts see it. All times are epoch milliseconds. */
export interface SessionInfo {
  readonly id: string;
  readonly userId: string;
  readonly installation: string;
  /** The client's name for itself. */
  readonly client: string;
  readonly startedAt: number;
  readonly expiresAt: number;
  readonly activeAt: number;
  readonly extendable: boolean;
}

/** What a control channel learns about its session. */
export interface SessionListener {
  expiring(at: number): void;
  ended(reason: SessionEnd): void;
}

export interface Sessions {
  list(): SessionInfo[];
  ofPerson(userId: string): SessionInfo[];
  /**
   * Starts a session, which replaces one that the same installation left behind. Fails with `session-limit` when the
   * person already has the maximum number on other installations.
   */
  start(who: { userId: string; installation: string; client: string }): Promise<{ session: SessionInfo; ticket: string }>;
  /** The session of a valid ticket, or null. */
  byTicket(ticket: string): SessionInfo | null;
  /** The same for the relay: what the session may reach, and a signal for its end. */
  authorize(ticket: string): RelaySession | null;
  /** Extends a session and returns its new expiry. Null when it was extended too often or is over. */
  extend(id: string): Promise<number | null>;
  /** Notes activity: the idle time starts again. */
  touch(id: string): void;
  /** Ends a session. Resolves once that is on disk, with false when there is no such session. */
  end(id: string, reason: SessionEnd): Promise<boolean>;
  /** Listens to a session. If it is about to expire already, the listener is told at once. Returns a function that stops it. */
  listen(id: string, listener: SessionListener): () => void;
  /** Stops everything that depends on sessions. They stay in the store. */
  close(): void;
}

export interface SessionOptions {
  store: Store;
  now: Now;
  rules: SessionRules;
  /** What every session may reach. */
  targets: readonly GrantTarget[];
  /** Gets failures that no caller waits for. */
  report: (error: unknown) => void;
}

/** When to warn: a tenth of the lifetime before the end, but at most ten minutes. */
const warnMs = (lifetimeMs: number): number => Math.min(lifetimeMs / 10, 10 * 60_000);

/** The part of a session that is in memory only. */
interface Live {
  /** A restart of the campus counts as activity, since nobody can be active while it is down. */
  activeAt: number;
  warned: boolean;
  readonly over: AbortController;
  readonly listeners: Set<SessionListener>;
  cancelAlarm: () => void;
}

/** The signed-in sessions. They survive a restart. Only hashes of their tickets are stored. */
export function createSessions({ store, now, rules, targets, report }: SessionOptions): Sessions {
  const live = new Map<string, Live>();
  const record = (id: string) => store.document.sessions.find((session) => session.id === id);

  const endReason = (expiresAt: number, activeAt: number): SessionEnd | null => {
    if (now() >= expiresAt) return 'expired';
    return now() >= activeAt + rules.idleMs ? 'idle' : null;
  };

  const info = (id: string): SessionInfo | null => {
    const stored = record(id);
    const alive = live.get(id);
    if (!stored || !alive || endReason(stored.expiresAt, alive.activeAt)) return null;
    const { userId, installation, client, startedAt, expiresAt, extensions } = stored;
    return { id, userId, installation, client, startedAt, expiresAt, activeAt: alive.activeAt, extendable: extensions < rules.extensions };
  };
  const list = (): SessionInfo[] => store.document.sessions.flatMap((session) => info(session.id) ?? []);

  /** Checks whether a session has expired or needs its warning, and sets the alarm for the next check. */
  const review = (id: string): void => {
    const stored = record(id);
    const alive = live.get(id);
    if (!stored || !alive) return;
    alive.cancelAlarm();
    const over = endReason(stored.expiresAt, alive.activeAt);
    if (over) {
      end(id, over).catch(report);
      return;
    }
    const warnAt = stored.expiresAt - warnMs(rules.lifetimeMs);
    if (!alive.warned && now() >= warnAt) {
      alive.warned = true;
      for (const listener of alive.listeners) listener.expiring(stored.expiresAt);
    }
    const next = Math.min(stored.expiresAt, alive.activeAt + rules.idleMs, alive.warned ? Infinity : warnAt);
    alive.cancelAlarm = whenReached(now, next, () => review(id));
  };

  const activate = (id: string): void => {
    live.set(id, { activeAt: now(), warned: false, over: new AbortController(), listeners: new Set(), cancelAlarm: () => undefined });
    review(id);
  };

  /** Ends a session in memory. Its record is already removed, or removing it has failed. */
  const deactivate = (id: string, reason: SessionEnd): void => {
    const alive = live.get(id);
    if (!alive) return;
    live.delete(id);
    alive.cancelAlarm();
    alive.over.abort(reason);
    for (const listener of alive.listeners) listener.ended(reason);
  };

  const end = async (id: string, reason: SessionEnd): Promise<boolean> => {
    if (!live.has(id)) return false;
    try {
      await store.update((draft) => {
        draft.sessions = draft.sessions.filter((session) => session.id !== id);
      });
    } finally {
      deactivate(id, reason);
    }
    return true;
  };

  const byTicket = (ticket: string): SessionInfo | null => {
    const hash = fastHash(ticket);
    const stored = store.document.sessions.find((session) => session.ticketHash === hash);
    return stored ? info(stored.id) : null;
  };

  for (const { id } of store.document.sessions) activate(id);

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
        // Check again here, so that only one of two parallel sign-ins gets the last place
        if (rest.filter((other) => other.userId === userId && info(other.id)).length >= rules.perPerson) throw fail('session-limit');
        draft.sessions = [...rest, session];
        return own.map((other) => other.id);
      });
      for (const id of replaced) deactivate(id, 'replaced');
      activate(session.id);
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
      const stored = record(id);
      if (!alive || !stored) return () => undefined;
      alive.listeners.add(listener);
      if (alive.warned) listener.expiring(stored.expiresAt);
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
