import { fail } from '../shared/failure.ts';
import { plainUserId } from './document.ts';
import type { Lockout } from './lockout.ts';
import { matchesSlowHash, slowHash, sameSecret } from './secrets.ts';
import type { Directory, Person } from './services.ts';
import type { Store } from './store.ts';

/**
 * The campus's directory. A wrong password counts towards the account's lock. A locked account accepts no password, not
 * even the right one, and says that it is locked.
 */
export async function createDirectory({ store, lockout }: { store: Store; lockout: Lockout }): Promise<Directory> {
  // Checked for unknown users, so that they take as long as known ones
  const nobodysHash = await slowHash('');
  const record = (userId: string) => store.document.people.find((person) => person.userId === plainUserId(userId));
  const person = (userId: string): Person | null => {
    const found = record(userId);
    if (!found) return null;
    const { name, role, dateOfBirth, lastFour } = found;
    return { userId: found.userId, name, role, dateOfBirth, lastFour };
  };

  return {
    person,
    async checkPassword(userId, password) {
      const known = record(userId);
      const check = async (): Promise<boolean> => {
        const matches = await matchesSlowHash(password, known?.passwordHash ?? nobodysHash);
        return matches && known !== undefined;
      };
      const outcome = await lockout.attempt(userId, 'password', check);
      const untilAt = lockout.lockedUntil(userId);
      if (untilAt !== null) throw fail('account-locked', { untilAt });
      return outcome === 'right';
    },
    checkIdentity({ role, userId, dateOfBirth, lastFour }) {
      const known = person(userId);
      if (!known) return null;
      // Always compare all parts, so that the time does not tell which one was wrong
      const right = [
        sameSecret(known.role, role),
        sameSecret(known.dateOfBirth, dateOfBirth),
        sameSecret(known.lastFour.toLowerCase(), lastFour.toLowerCase()),
      ];
      return right.every(Boolean) ? known : null;
    },
  };
}
