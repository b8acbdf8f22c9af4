import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDirectory } from '../../../campus/directory.ts';
import { createFactors } from '../../../campus/factors/factors.ts';
import { createLockout } from '../../../campus/lockout.ts';
import { seed, seededPeople } from '../../../campus/people.ts';
import { createPortalSignIns } from '../../../campus/portal-sign-ins.ts';
import { openStore } from '../../../campus/store.ts';
import { removeFolder } from '../folders.ts';

/** The campus's real services on a clock that tests set. */
export async function openTestServices(options: { numberMatching?: boolean } = {}) {
  const directoryPath = await mkdtemp(join(tmpdir(), 'causeway-test-'));
  // Just after a code began, so that it lasts for the whole test
  const clock = { at: Math.floor(Date.now() / 30_000) * 30_000 + 1_000 };
  const now = () => clock.at;
  const store = await openStore(directoryPath);
  await seed(store, seededPeople, now);
  const lockout = createLockout({ store, now });
  const directory = await createDirectory({ store, lockout });
  const factors = createFactors({ store, lockout, now, issuer: 'Campus', numberMatching: options.numberMatching ?? false });
  const signIns = createPortalSignIns({ portalAddress: 'https://2fa.campus.test/', now });
  return {
    clock,
    now,
    store,
    dataDirectory: directoryPath,
    directory,
    factors,
    signIns,
    /** The code that this phone shows. */
    code: (phoneId: string): string => factors.accounts(phoneId)[0]?.code ?? '',
    async close() {
      factors.close();
      await removeFolder(directoryPath);
    },
  };
}
export type TestServices = Awaited<ReturnType<typeof openTestServices>>;

/** The seeded people, by their use in tests. */
export const mei = {
  userId: 'mei.chan',
  password: 'harbour-lantern-42',
  phone: 'mei-phone',
  role: 'student',
  dateOfBirth: '2004-03-15',
  lastFour: '4821',
};
export const ana = {
  userId: 'ana.silva',
  password: 'tile-tram-azulejo-7',
  phone: 'ana-phone',
  role: 'staff',
  dateOfBirth: '1985-11-02',
  lastFour: '07A9',
};
export const kit = { userId: 'kit.wong', password: 'banyan-ferry-318', role: 'student', dateOfBirth: '2005-08-27', lastFour: '559K' };
