import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Profile } from '../../../shared/profile.ts';
import { answersFile, cliFolder } from '../../support/cli.ts';
import { startCommand, type RunningCommand } from '../../peers/command.ts';
import { startIvanti } from '../../peers/gateways/ivanti.ts';
import { missingForPeers } from '../../peers/namespaces.ts';
import { globalProtectWith, startFamily, type Family } from '../../peers/gateways/other-families.ts';

/**
 * `causeway connect`, unattended, through the sign-in pages of every family that cannot be run here. Those gateways have
 * no tunnel, so that each run ends where one would open.
 */
describe.skipIf(missingForPeers() !== null)('causeway connect signs in to', () => {
  async function run(profile: Profile, answers: unknown): Promise<RunningCommand> {
    const folder = await cliFolder();
    const file = join(folder, 'campus.causeway');
    await writeFile(file, JSON.stringify(profile));
    return startCommand('connect', file, '--answers', await answersFile(folder, answers), '--user-data-dir', folder);
  }
  const isSignedIn = (running: RunningCommand): boolean =>
    running.events().some((event) => event.event === 'state' && event.state === 'opening');
  /** Signed in, and ended where the gateway has no tunnel to open, with that as the reason. */
  async function noTunnel(running: RunningCommand, exitCode = 5, failure = 'tunnel-failed'): Promise<void> {
    const code = await running.exit;
    expect(running.out()).toSatisfy(() => isSignedIn(running));
    expect(running.events().at(-1)).toMatchObject({ event: 'end', exitCode, failure: { code: failure } });
    expect(code).toBe(exitCode);
  }
  const asked = (running: RunningCommand): string[] => running.events().flatMap((event) => (event.event === 'prompt' ? [event.kind] : []));

  test('connect signs in to Ivanti with notice, realm and role', async () => {
    const ivanti = await startIvanti({ notice: 'For members only.', realms: ['Students', 'Staff'], roles: ['Research', 'Library'] });
    onTestFinished(() => ivanti.stop());
    const { name, password } = ivanti.user;
    const running = await run(ivanti.profile(), { notice: 'proceed', user: name, password, choose: ['Staff', 'Library'] });
    // Its stand-in answers 403 there: who has just signed in is not told that a session is over
    await noTunnel(running, 3, 'tunnel-refused');
    expect(asked(running)).toContain('notice');
    expect(ivanti.received.findLast(({ form }) => 'username' in form)?.form['realm']).toBe('Staff');
  });

  test('connect to an Ivanti gateway with a sign-in page says that it needs the app: 8', async () => {
    const ivanti = await startIvanti({ saml: true });
    onTestFinished(() => ivanti.stop());
    const running = await run(ivanti.profile({ browser: { hosts: [ivanti.provider] } }), { user: 'mei', password: 'x' });
    const code = await running.exit;
    expect([code, asked(running)]).toEqual([8, ['browser']]);
  });

  test.each([
    ['12', ['12']],
    ['0', ['0']],
    ['-1', []],
    ['soon', []],
  ])(
    'connect to GlobalProtect reports the days until the password expires once, if the gateway’s value %s is valid',
    async (word, days) => {
      const gateway = await startFamily('gp', globalProtectWith(undefined, undefined, word));
      onTestFinished(() => gateway.stop());
      const running = await run(gateway.profile(), { user: 'mei', password: 'harbour', choose: ['Main site'], passcode: '123456' });
      await noTunnel(running);
      const notices = running
        .events()
        .flatMap((event) => (event.event === 'notice' && event.failure.code === 'password-ends' ? [event.failure] : []));
      expect(notices).toEqual(days.map((each) => ({ code: 'password-ends', params: { days: each } })));
      expect(running.out()).not.toContain('authcookie0123456789');
    },
  );

  test.each<[Family, unknown, string[]]>([
    ['gp', { choose: ['Main site'], passcode: '123456' }, ['credentials', 'choice', 'passcode']],
    ['f5', { passcode: '123456' }, []],
    ['fortinet', { passcode: '123456' }, []],
    ['array', { passcode: '123456' }, []],
  ])('connect signs in to another family: %s', async (family, answers, kinds) => {
    const gateway = await startFamily(family);
    onTestFinished(() => gateway.stop());
    const given = { user: 'mei', password: 'harbour', ...(answers as object) };
    const running = await run(gateway.profile(), given);
    await noTunnel(running);
    if (kinds.length > 0) expect(asked(running)).toEqual(kinds);
  });
});
