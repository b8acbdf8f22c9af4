import type { Now } from './clock.ts';
import { plainUserId, type TriesRecord } from './document.ts';
import type { Store } from './store.ts';

/** How many consecutive failures of one kind lock an account, unless the campus says otherwise, and for how long. */
const lockoutRules = { failures: 10, lockMs: 10 * 60_000 } as const;

export type TryKind = 'password' | 'passcode';

/** Counts failed attempts and locks accounts. */
export interface Lockout {
  /** Until when (epoch ms) the account is locked, or null. */
  lockedUntil(userId: string): number | null;
  /** How many more failures of this kind the account can have before it is locked. */
  triesLeft(userId: string, kind: TryKind): number;
  /**
   * Runs one attempt and counts it. `locked`: `check` was not run. Attempts on one account run one after another, so that
   * many at once get no more guesses than slow ones.
   */
  attempt(userId: string, kind: TryKind, check: () => Promise<boolean>): Promise<'right' | 'wrong' | 'locked'>;
  /** Locks an account now, for the usual time. */
  lock(userId: string): Promise<void>;
}

/** Unknown names are counted too, since a lock would otherwise show who exists. They are kept in memory only, up to a limit. */
const maxUnknownUsers = 1000;

export interface LockoutOptions {
  store: Store;
  now: Now;
  /** How many consecutive failures of one kind lock an account. */
  failures?: number;
}

export function createLockout({ store, now, failures: allowed = lockoutRules.failures }: LockoutOptions): Lockout {
  const unknownUsers = new Map<string, TriesRecord>();
  const turns = new Map<string, Promise<void>>();

  const triesOf = (typed: string): TriesRecord => {
    const userId = plainUserId(typed);
    const tries = store.document.tries.find((record) => record.userId === userId) ?? unknownUsers.get(userId);
    const over = tries === undefined || (tries.lockedUntil > 0 && tries.lockedUntil <= now());
    return over ? { userId, password: 0, passcode: 0, lockedUntil: 0 } : { ...tries };
  };
  const lockedUntil = (userId: string): number | null => {
    const until = triesOf(userId).lockedUntil;
    return until > 0 ? until : null;
  };

  const keep = async (tries: TriesRecord): Promise<void> => {
    const { userId } = tries;
    if (store.document.people.some((person) => person.userId === userId)) {
      await store.update((draft) => {
        draft.tries = [...draft.tries.filter((record) => record.userId !== userId), tries];
      });
      return;
    }
    const oldest = unknownUsers.keys().next().value;
    if (unknownUsers.size >= maxUnknownUsers && oldest !== undefined) unknownUsers.delete(oldest);
    unknownUsers.set(userId, tries);
  };

  const attempt: Lockout['attempt'] = async (userId, kind, check) => {
    if (lockedUntil(userId) !== null) return 'locked';
    const right = await check();
    const tries = triesOf(userId);
    const failures = right ? 0 : tries[kind] + 1;
    if (failures !== tries[kind]) {
      const locked = failures >= allowed ? now() + lockoutRules.lockMs : tries.lockedUntil;
      await keep({ ...tries, [kind]: failures, lockedUntil: locked });
    }
    return right ? 'right' : 'wrong';
  };

  return {
    lockedUntil,
    triesLeft: (userId, kind) => (lockedUntil(userId) === null ? allowed - triesOf(userId)[kind] : 0),
    attempt(userId, kind, check) {
      const key = plainUserId(userId);
      const turn = (turns.get(key) ?? Promise.resolve()).then(() => attempt(userId, kind, check));
      const over = (): void => {
        if (turns.get(key) === settled) turns.delete(key);
      };
      const settled: Promise<void> = turn.then(over, over);
      turns.set(key, settled);
      return turn;
    },
    lock: (userId) => keep({ ...triesOf(userId), lockedUntil: now() + lockoutRules.lockMs }),
  };
}
