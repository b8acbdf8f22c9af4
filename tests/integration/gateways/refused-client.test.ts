import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Agent } from '../../../shared/user-agent.ts';
import { failureOf } from '../../../shared/failure.ts';
import type { Profile } from '../../../shared/profile.ts';
import { answersFile, cliFolder } from '../../support/cli.ts';
import { startCommand } from '../../peers/command.ts';
import { missingForPeers } from '../../peers/namespaces.ts';
import { FormGateway, signInForm, type FormSpec, type Request, type Step } from '../../peers/gateways/form-gateway.ts';
import {
  credentials,
  missingLibrary,
  person,
  startDriver,
  targetFor,
  type DriverBench,
  type Script,
} from '../../peers/openconnect-bench.ts';

const ours = 'AnyConnect-compatible Causeway';
const mei = credentials('mei', 'harbour');

describe.skipIf(missingLibrary() !== null)('a gateway that refuses this program or its system', () => {
  let bench: DriverBench;
  beforeAll(async () => {
    bench = await startDriver();
  });
  afterAll(() => bench.driver.stop());

  /** What a sign-in at this gateway comes to, and what the person was asked. */
  async function signIn(next: (request: Request) => Step, script: Script = {}, agent?: Agent) {
    const gateway = await FormGateway.start(next);
    onTestFinished(() => gateway.stop());
    const mine = agent ? await startDriver({ agent }) : bench;
    if (agent) onTestFinished(() => mine.driver.stop());
    const who = person(script);
    const failure = await mine.driver.signIn(targetFor(gateway.profile()), who.ask, new AbortController().signal).then(
      () => null,
      (error: unknown) => failureOf(error),
    );
    return { failure, asked: who.kinds(), gateway };
  }

  const page: Step = { raw: '<!doctype html><html><body>Please sign in with your browser.</body></html>' };
  test.each<[string, Step]>([
    ['a page for browsers', page],
    ['404', { status: 404 }],
    ['403', { status: 403 }],
    ['400', { status: 400 }],
    ['a connection that it closes', 'hang-up'],
  ])(
    'a gateway that answers this program with %s, but not another, is reported as client-refused with both names, and nobody is asked',
    async (_what, answer) => {
      const { failure, asked } = await signIn(({ headers }) =>
        headers['user-agent']?.startsWith('AnyConnect Windows') ? signInForm : answer,
      );
      expect(failure).toMatchObject({ code: 'client-refused', params: { agent: ours, system: 'linux-64' } });
      expect(asked).toEqual([]);
    },
  );

  test('a gateway that refuses the reported system is reported as system-refused', async () => {
    const { failure, asked } = await signIn(({ body }) => (body.includes('<device-id>win</device-id>') ? signInForm : { status: 403 }));
    expect(failure).toMatchObject({ code: 'system-refused', params: { system: 'linux-64' } });
    expect(asked).toEqual([]);
  });

  test('a gateway that refuses every client is not reported as client-refused', async () => {
    expect((await signIn(() => page)).failure).toMatchObject({ code: 'gateway-protocol' });
    expect((await signIn(() => ({ status: 404 }))).failure?.code).not.toMatch(/-refused$/);
  });

  const error = (message: string): FormSpec => ({ ...signInForm, error: message });
  test.each<[string, string]>([
    ['VPN client not allowed. Contact your administrator.', 'client-refused'],
    ['Unsupported client version', 'client-refused'],
    ['Login denied, unauthorized connection mechanism, contact your administrator.', 'client-refused'],
    ['不支援此用戶端程式', 'client-refused'],
    ['Este cliente VPN não é permitido.', 'client-refused'],
    ['Your operating system is not supported.', 'system-refused'],
    ['Access from Linux is not permitted', 'system-refused'],
    ['不允许使用此操作系统登录', 'system-refused'],
  ])('a refusal in the words “%s” after the password is no wrong password, and the password is not sent again', async (message, code) => {
    const { failure, asked, gateway } = await signIn(({ init }) => (init ? signInForm : error(message)), { credentials: mei });
    expect(failure).toMatchObject({ code, detail: message });
    expect(asked).toEqual(['credentials']);
    expect(gateway.requests.filter(({ fields }) => 'password' in fields)).toHaveLength(1);
  });

  test.each(['Login failed.', 'Client certificate not accepted', 'User not allowed', 'The code is not accepted'])(
    '“%s” after the password is not taken for a refusal of this program',
    async (message) => {
      const { failure, asked } = await signIn(({ init }) => (init ? signInForm : error(message)), { credentials: [mei, 'leave'] });
      expect(failure?.code).toBe('cancelled');
      expect(asked).toEqual(['credentials', 'credentials']);
    },
  );

  test('the name and system from the policy are sent in every request', async () => {
    const agent: Agent = { userAgent: 'AnyConnect Windows 4.10.06079', system: 'win' };
    const { failure, gateway } = await signIn(
      ({ headers, init }) => (headers['user-agent'] !== agent.userAgent ? { status: 404 } : init ? signInForm : 'success'),
      { credentials: mei },
      agent,
    );
    expect(failure).toBeNull();
    expect(new Set(gateway.requests.map(({ headers }) => headers['user-agent']))).toEqual(new Set([agent.userAgent]));
    expect(gateway.requests[0]?.body).toContain('<device-id>win</device-id>');
  });
});

describe.skipIf(missingForPeers() !== null)('the client name in the tunnel', { timeout: 60_000 }, () => {
  /** Signs in with the command, at a gateway that answers CONNECT with this status. */
  async function connect(status: number) {
    const asked: { method: string; agent: string | undefined }[] = [];
    const gateway = await FormGateway.start(({ init }) => (init ? signInForm : 'success'));
    gateway.onConnect((request, socket) => {
      asked.push({ method: 'CONNECT', agent: request.headers['user-agent'] });
      socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    });
    onTestFinished(() => gateway.stop());
    const folder = await cliFolder();
    const file = join(folder, 'campus.causeway');
    const profile: Profile = gateway.profile();
    await writeFile(file, JSON.stringify(profile));
    const run = startCommand(
      'connect',
      file,
      '--answers',
      await answersFile(folder, { user: 'mei', password: 'harbour' }),
      '--user-data-dir',
      folder,
    );
    await run.exit;
    return { asked, gateway, end: run.events().at(-1) };
  }

  test('a tunnel refused to the name that signed in is reported as client-refused', async () => {
    const { asked, gateway, end } = await connect(403);
    expect(asked.length).toBeGreaterThan(0);
    expect(new Set([...asked.map(({ agent }) => agent), ...gateway.requests.map(({ headers }) => headers['user-agent'])])).toEqual(
      new Set([ours]),
    );
    expect(end).toMatchObject({
      event: 'end',
      exitCode: 3,
      failure: { code: 'client-refused', params: { agent: ours, system: 'linux-64' } },
    });
  });

  test('a ticket refused in the tunnel is not reported as client-refused', async () => {
    expect((await connect(401)).end).toMatchObject({ failure: { code: 'tunnel-refused' } });
  });
});
