import { beforeEach, expect, it, vi } from 'vitest';
import type { SavedSignIn } from '../../../electron/app/sign-in/saved-sign-in.ts';
import { Secrets } from '../../../electron/storage/secrets.ts';
import type { Profile } from '../../../shared/profile.ts';
import type { Answer } from '../../../shared/prompt.ts';
import type { Adfs } from '../../peers/gateways/ivanti.ts';
import { answer, prompted, reach } from '../../support/access.ts';
import { allHosts, formHosts, useIvantiForm, wrongPassword } from '../../support/ivanti-form.ts';
import { useSavedSignIn } from '../../support/saved-sign-in.ts';

vi.mock('electron', () => import('../../electron-double/index.ts'));

/** A saved password and the form on the campus’s page. */

const bench = useIvantiForm();
const { begin, tries, again } = bench;

const kept = useSavedSignIn();
let saved: SavedSignIn;
/** Certificates that the person accepted. */
const accepted = new Map<string, { sha256: string; key: string }>();
beforeEach(() => {
  saved = kept.remembered();
  accepted.clear();
});
/** Presses Connect, or has a link do it. */
const connect = (adfs: Adfs, pressed = true, profile: Partial<Profile> = {}): Promise<void> =>
  begin(adfs, {}, {}, profile, { prepared: (at) => saved.preparedFor(at, pressed), accepted });
const save = async (password: string): Promise<void> => {
  const id = 'ivanti-test';
  await new Secrets(() => Promise.resolve(kept.keytar)).set(id, 'mei.chan', password);
  kept.settings.update(() => ({ userIds: { [id]: 'mei.chan' }, savedPasswords: [id] }));
};

it('Connect with a saved password fills in the form, and nobody has to type or to click', async () => {
  await save('harbour-lantern-42');
  await connect({});
  await reach(bench.controller, 'connected');
  expect(tries()).toHaveLength(1);
  expect(bench.states.filter((state) => state.includes('"asking"'))).toEqual([]);
});

it('a saved password that AD FS rejects is sent once, forgotten, and the person is told', async () => {
  await save(wrongPassword);
  await connect({ wrong: 'Incorrect user ID or password.' });
  expect((await again('sign-in-rejected')).message).toBe('Incorrect user ID or password.');
  expect(tries()).toHaveLength(1);
  expect(kept.keytar.entries.size).toBe(0);
  expect(kept.settings.get().savedPasswords).toEqual([]);
  expect(kept.told).toEqual(['saved-password-removed']);
  await bench.controller.disconnect();
  bench.controller.connect(bench.ivanti.profile({ browser: { hosts: allHosts, formHosts, form: 'adfs' } }));
  expect((await prompted(bench.controller, 'credentials')).prompt.failure).toBeUndefined();
  expect(tries()).toHaveLength(1);
});

it('without a press on Connect, a saved password does not go into the form', async () => {
  await save('harbour-lantern-42');
  await connect({}, false);
  await prompted(bench.controller, 'credentials');
  expect(bench.ivanti.received).toEqual([]);
});

it('after a person vouched for the gateway’s certificate, a saved password does not go into the form by itself', async () => {
  await save('harbour-lantern-42');
  await connect({}, true, { trust: { kind: 'system' } });
  const yes: Answer = { kind: 'certificate', accept: true };
  await answer(bench.controller, 'certificate', (certificate) => {
    accepted.set(certificate.host, certificate);
    saved.note('ivanti-test', certificate, yes, false);
    return yes;
  });
  expect((await prompted(bench.controller, 'credentials')).prompt.failure).toBeUndefined();
  expect(bench.ivanti.received).toEqual([]);
});
