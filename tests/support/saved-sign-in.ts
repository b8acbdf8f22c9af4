import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { PendingSecrets } from '../../electron/app/sign-in/pending-secrets.ts';
import { SavedPassword } from '../../electron/app/sign-in/saved-password.ts';
import { SavedSignIn } from '../../electron/app/sign-in/saved-sign-in.ts';
import { PageSignInFiles } from '../../electron/storage/page-sign-ins.ts';
import { noPolicy } from '../../electron/storage/policy/policy.ts';
import { Secrets } from '../../electron/storage/secrets.ts';
import { Settings } from '../../electron/storage/settings.ts';
import type { Failure } from '../../shared/failure.ts';
import type { Profile } from '../../shared/profile.ts';
import type { Answer, Prompt, PromptOf } from '../../shared/prompt.ts';
import { memoryKeytar } from './app.ts';
import { removeFolder } from './folders.ts';

export const profile: Profile = {
  version: 1,
  id: 'campus',
  name: 'Campus',
  gateways: ['vpn.campus.test'],
  protocol: 'anyconnect',
  tunnel: 'app',
  labels: { userId: 'User', password: 'Password' },
  portal: { address: 'https://2fa.campus.test/', hosts: ['2fa.campus.test'], pages: 'other' },
  trust: { kind: 'system' },
};
const groups = ['Guests', 'Staff', 'Students'];
/** A gateway's question for user, password and group. */
export const signIn = (order = groups): PromptOf<'credentials'> => ({
  kind: 'credentials',
  fields: [
    { name: 'user', secret: false },
    { name: 'password', secret: true },
  ],
  // The first is the gateway's default
  selects: [{ name: 'group_list', label: 'Group', options: order.map((label, index) => ({ value: String(index), label })), value: '0' }],
});
/** A gateway's question for the group on a page of its own. */
export const realm: PromptOf<'choice'> = {
  kind: 'choice',
  purpose: 'realm',
  options: [
    { id: '0', label: 'Staff' },
    { id: '1', label: 'Students' },
  ],
};
/** What a person types there. */
export const typed = (group: string): Answer => ({ kind: 'credentials', values: { user: 'mei', password: 'typed', group_list: group } });

/** What is saved of sign-ins in a folder and a keychain that last for one test. */
export function useSavedSignIn() {
  let directory: string;
  let settings: Settings;
  let keytar: ReturnType<typeof memoryKeytar>;
  let told: string[] = [];
  const tell = ({ code }: Failure): void => {
    if (code !== 'saved-password-removed') throw new Error(code);
    told.push(code);
  };
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'causeway-saved-'));
    settings = await Settings.open(directory);
    keytar = memoryKeytar();
    told = [];
  });
  afterEach(() => removeFolder(directory));

  const start = (): SavedPassword =>
    new SavedPassword({
      settings,
      secrets: new Secrets(() => Promise.resolve(keytar)),
      pendingSecrets: new PendingSecrets(Date.now, () => undefined),
      isAllowed: () => true,
      changed: () => undefined,
      tell,
    });

  const remembered = (): SavedSignIn =>
    new SavedSignIn({
      settings,
      secrets: new Secrets(() => Promise.resolve(keytar)),
      pendingSecrets: new PendingSecrets(Date.now, () => undefined),
      policy: () => ({ ...noPolicy, keptCodes: true }),
      pageSignIns: new PageSignInFiles(settings.directory),
      now: Date.now,
      changed: () => undefined,
      tell,
    });

  /** One sign-in that works, in which a person answered these. */
  const worked = async (given: readonly (readonly [Prompt, Answer])[], remember = true, savedPassword = start()): Promise<void> => {
    const prepared = savedPassword.preparedFor(profile);
    for (const [prompt, answer] of given) {
      expect(await prepared(prompt)).toBeNull();
      savedPassword.note(profile.id, prompt, answer, remember);
    }
    await savedPassword.worked(profile.id);
  };

  return {
    get settings() {
      return settings;
    },
    get keytar() {
      return keytar;
    },
    /** What the person was told. Anything but a password that was removed is a fault. */
    get told() {
      return told;
    },
    start,
    remembered,
    worked,
  };
}
