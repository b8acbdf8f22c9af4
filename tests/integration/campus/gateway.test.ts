import { request } from 'node:https';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { startCampus, type Campus } from '../../../campus/campus.ts';
import { seededPeople } from '../../../campus/people.ts';
import { ana, kit, mei } from '../../support/campus/campus-services.ts';
import { credentials, GatewayClient, instead, proceed, toDevice, withPasscode } from '../../support/campus/gateway-client.ts';

const clock = { at: Math.floor(Date.now() / 30_000) * 30_000 + 1000 };
const unexpected: unknown[] = [];
let campus: Campus;

beforeAll(async () => {
  campus = await startCampus({ now: () => clock.at, notice: 'Terms of use', report: (error) => unexpected.push(error) });
});
afterAll(() => campus.stop());
afterEach(async () => {
  for (const { id } of campus.control.sessions()) await campus.control.end(id);
  expect(waiting()).toEqual([]);
  expect(unexpected).toEqual([]);
  clock.at += 11 * 60_000; // past every lock and every code that was used
});

const waiting = () => campus.services.factors.phones().flatMap(({ id }) => campus.services.factors.waiting(id));
const codeOf = (phone: string): string => campus.services.factors.accounts(phone)[0]?.code ?? '';
const wrong = (code: string): string => (code === '123456' ? '654321' : '123456');
const deviceOf = (userId: string): string => campus.records.devices(userId)[0]?.id ?? '';
const sessionsOf = (userId: string) => campus.records.sessions().filter((session) => session.userId === userId);

/** A conversation up to the question about the second factor. */
async function toSecondFactor(person: { userId: string; password: string }, from = 'A'): Promise<GatewayClient> {
  const client = await toCredentials(from);
  client.answer(credentials(person.userId, person.password));
  return client;
}
async function toCredentials(from = 'A'): Promise<GatewayClient> {
  const client = await GatewayClient.open(campus);
  client.hello(from);
  await client.prompt('notice');
  client.answer(proceed);
  await client.prompt('credentials');
  return client;
}
/** A signed-in conversation, with a recovery passcode so that several fit into one code's time. */
async function signIn(from = 'A', person = mei) {
  const { passcode } = await campus.services.factors.issueRecoveryPasscode(person.userId);
  const client = await toSecondFactor(person, from);
  await client.prompt('second-factor');
  client.answer(withPasscode(passcode));
  return { client, granted: await client.next('granted') };
}
const pushOf = () => {
  const [push] = waiting();
  if (!push) throw new Error('no push waits');
  return push;
};

describe('signing in', () => {
  test('asks for the notice, the password, the second factor, and grants the portal', async () => {
    const client = await GatewayClient.open(campus);
    client.hello();
    expect(await client.prompt('notice')).toEqual({ kind: 'notice', when: 'before', text: 'Terms of use' });
    client.answer(proceed);
    expect((await client.prompt('credentials')).fields.map(({ name, secret }) => [name, secret])).toEqual([
      ['user', false],
      ['password', true],
    ]);
    client.answer(credentials(' Mei.Chan ', mei.password));
    const { devices } = await client.prompt('second-factor');
    expect(devices).toEqual([{ id: deviceOf(mei.userId), name: "Mei's phone", methods: ['push', 'passcode'] }]);
    client.answer(withPasscode(codeOf(mei.phone)));
    expect(await client.next('granted')).toMatchObject({
      user: mei.userId,
      expiresAt: clock.at + 480 * 60_000,
      idleSeconds: 3600,
      extendable: true,
      relay: '/relay',
      grants: [{ host: '2fa.campus.test', ports: [443] }],
    });
    expect(sessionsOf(mei.userId)).toHaveLength(1);
    await client.cut();
    expect(sessionsOf(mei.userId)).toHaveLength(1);
  });

  test('ends when the notice is declined', async () => {
    const client = await GatewayClient.open(campus);
    client.hello();
    await client.prompt('notice');
    client.answer({ kind: 'notice', proceed: false });
    expect(await client.next('refused')).toMatchObject({ code: 'notice-declined' });
    expect(await client.closed()).toBe(1000);
  });

  test('says that a password was wrong and how many tries are left, and keeps the user ID', async () => {
    const client = await toCredentials();
    client.answer(credentials(mei.userId, 'wrong'));
    const again = await client.prompt('credentials');
    expect(again).toMatchObject({ failure: { code: 'sign-in-rejected' }, triesLeft: 9 });
    expect(again.fields[0]?.value).toBe(mei.userId);
    client.answer({ kind: 'credentials', values: {} });
    expect(await client.prompt('credentials')).toMatchObject({ failure: { code: 'sign-in-rejected' } });
    client.answer(credentials(mei.userId, mei.password));
    await client.prompt('second-factor');
    await client.cut();
  });

  test.each([kit.userId, 'no.body'])('locks %s after ten wrong passwords and says until when', async (userId) => {
    const client = await toCredentials();
    for (let left = 9; left > 0; left--) {
      client.answer(credentials(userId, 'wrong'));
      expect(await client.prompt('credentials')).toMatchObject({ triesLeft: left });
    }
    client.answer(credentials(userId, 'wrong'));
    expect(await client.next('refused')).toMatchObject({ code: 'account-locked', params: { untilAt: clock.at + 600_000 } });
    const later = await toCredentials();
    later.answer(credentials(userId, kit.password));
    expect(await later.next('refused')).toMatchObject({ code: 'account-locked' });
  });

  test('closes a connection that tries ten people', async () => {
    const client = await toCredentials();
    for (let tries = 1; tries < 10; tries++) {
      client.answer(credentials(`nobody-${tries}`, 'wrong'));
      await client.prompt('credentials');
    }
    client.answer(credentials('nobody-10', 'wrong'));
    expect(await client.next('refused')).toMatchObject({ code: 'sign-in-rejected' });
  });

  test('cannot go on without any second factor', async () => {
    const people = seededPeople.people.map((person) => ({ ...person, devices: [] }));
    const lonely = await startCampus({ notice: null, people: { people, phones: [] } });
    const client = await GatewayClient.open(lonely);
    client.hello();
    await client.prompt('credentials');
    client.answer(credentials(mei.userId, mei.password));
    expect(await client.next('refused')).toMatchObject({ code: 'no-second-factor' });
    await lonely.services.factors.issueRecoveryPasscode(mei.userId);
    const again = await GatewayClient.open(lonely);
    again.hello();
    await again.prompt('credentials');
    again.answer(credentials(mei.userId, mei.password));
    expect(await again.prompt('second-factor')).toEqual({ kind: 'second-factor', devices: [] });
    await lonely.stop();
  });
});

describe('a passcode', () => {
  test('is asked for, checked, and asked for again with the reason', async () => {
    const client = await toSecondFactor(mei);
    await client.prompt('second-factor');
    client.answer(withPasscode());
    expect(await client.prompt('passcode')).toEqual({ kind: 'passcode', lengths: [6, 9] });
    const code = codeOf(mei.phone);
    client.answer({ kind: 'passcode', passcode: wrong(code) });
    expect(await client.prompt('passcode')).toMatchObject({ failure: { code: 'passcode-wrong' }, triesLeft: 9 });
    client.answer(instead('choose'));
    await client.prompt('second-factor');
    client.answer(withPasscode(` ${code.slice(0, 3)} ${code.slice(3)} `));
    await client.next('granted');

    const reuse = await toSecondFactor(mei);
    await reuse.prompt('second-factor');
    reuse.answer(withPasscode(code));
    const used = await reuse.prompt('passcode');
    expect(used).toMatchObject({ failure: { code: 'passcode-used' } });
    expect(used.nextCodeAt).toBeGreaterThan(clock.at);
    reuse.answer(instead('passcode'));
    expect(await reuse.prompt('passcode')).not.toHaveProperty('failure');
    await reuse.cut();
  });

  test('that is wrong ten times locks the account', async () => {
    const client = await toSecondFactor(kit);
    await client.prompt('second-factor');
    client.answer(withPasscode());
    for (let tries = 0; tries < 10; tries++) {
      await client.prompt('passcode');
      client.answer({ kind: 'passcode', passcode: '000' });
    }
    expect(await client.next('refused')).toMatchObject({ code: 'account-locked', params: { untilAt: clock.at + 600_000 } });
  });
});

describe('a push', () => {
  test('goes out on the client’s answer only, and is withdrawn as approved', async () => {
    const client = await toSecondFactor(mei);
    await client.prompt('second-factor');
    expect(waiting()).toEqual([]);
    client.answer(toDevice(deviceOf(mei.userId)));
    expect(await client.prompt('push')).toEqual({ kind: 'push', device: "Mei's phone", deadline: clock.at + 60_000 });
    await campus.services.factors.approve(mei.phone, pushOf().id);
    expect(await client.next('withdrawn')).toMatchObject({ reason: 'approved' });
    await client.next('granted');
    // The person's "instead" crossed with the approval on its way
    client.answer(instead('passcode'));
    client.send({ type: 'extend' });
    await client.next('extended');
  });

  test('that is denied or times out leads back to the choice, with the reason', async () => {
    const client = await toSecondFactor(mei);
    await client.prompt('second-factor');
    client.answer(toDevice(deviceOf(mei.userId)));
    await client.prompt('push');
    await campus.services.factors.deny(mei.phone, pushOf().id);
    expect(await client.next('withdrawn')).toMatchObject({ reason: 'denied' });
    expect(await client.prompt('second-factor')).toMatchObject({ failure: { code: 'push-denied' } });
    client.answer(toDevice(deviceOf(mei.userId)));
    await client.prompt('push');
    clock.at += 60_000;
    expect(await client.next('withdrawn')).toMatchObject({ reason: 'timed-out' });
    expect(await client.prompt('second-factor')).toMatchObject({ failure: { code: 'push-timed-out' } });
    expect(waiting()).toEqual([]);
    await client.cut();
  });

  test('is taken back when the person chooses otherwise', async () => {
    const client = await toSecondFactor(mei);
    await client.prompt('second-factor');
    client.answer(toDevice(deviceOf(mei.userId)));
    await client.prompt('push');
    client.answer(instead('choose'));
    await client.prompt('second-factor');
    expect(waiting()).toEqual([]);
    client.answer(toDevice(deviceOf(mei.userId)));
    await client.prompt('push');
    client.answer(instead('passcode'));
    await client.prompt('passcode');
    expect(waiting()).toEqual([]);
    await client.cut();
  });

  test('gives way to one of another sign-in of the same person', async () => {
    const first = await toSecondFactor(mei, 'A');
    await first.prompt('second-factor');
    first.answer(toDevice(deviceOf(mei.userId)));
    await first.prompt('push');
    const second = await toSecondFactor(mei, 'B');
    await second.prompt('second-factor');
    second.answer(toDevice(deviceOf(mei.userId)));
    await second.prompt('push');
    expect(await first.next('withdrawn')).toMatchObject({ reason: 'superseded' });
    expect(await first.prompt('second-factor')).toMatchObject({ failure: { code: 'push-superseded' } });
    await Promise.all([first.cut(), second.cut()]);
    await expect.poll(waiting).toEqual([]);
  });

  test('to a device that is not there any more, or never was, goes nowhere', async () => {
    const client = await toSecondFactor(mei);
    await client.prompt('second-factor');
    client.answer(toDevice(deviceOf(ana.userId)));
    expect(await client.prompt('second-factor')).toMatchObject({ failure: { code: 'push-superseded' } });
    await client.cut();
  });
});

describe('sessions of one person', () => {
  test('are two at most; the third asks which to end', async () => {
    const a = await signIn('A');
    const b = await signIn('B');
    const { passcode } = await campus.services.factors.issueRecoveryPasscode(mei.userId);
    const third = await toSecondFactor(mei, 'C');
    await third.prompt('second-factor');
    third.answer(withPasscode(passcode));
    const { options, purpose } = await third.prompt('choice');
    expect(purpose).toBe('session');
    expect(options.map(({ id }) => id)).toEqual([a.granted.session, b.granted.session]);
    third.answer({ kind: 'choice', option: a.granted.session });
    const { session } = await third.next('granted');
    expect(await a.client.next('ended')).toEqual({ type: 'ended', reason: 'replaced' });
    expect(sessionsOf(mei.userId).map(({ id }) => id)).toEqual([b.granted.session, session]);
  });

  test('replace one of the same installation without a question', async () => {
    const first = await signIn('A');
    const second = await signIn('A');
    expect(await first.client.next('ended')).toEqual({ type: 'ended', reason: 'replaced' });
    expect(sessionsOf(mei.userId).map(({ id }) => id)).toEqual([second.granted.session]);
  });

  test('that was not offered cannot be ended', async () => {
    const other = await signIn('A', ana);
    await signIn('A');
    await signIn('B');
    const { passcode } = await campus.services.factors.issueRecoveryPasscode(mei.userId);
    const third = await toSecondFactor(mei, 'C');
    await third.prompt('second-factor');
    third.answer(withPasscode(passcode));
    await third.prompt('choice');
    third.answer({ kind: 'choice', option: other.granted.session });
    expect(await third.next('refused')).toMatchObject({ code: 'request-invalid' });
    expect(sessionsOf(ana.userId)).toHaveLength(1);
  });
});

describe('the control channel', () => {
  test('warns, extends three times, and then no more', async () => {
    const { client } = await signIn();
    for (let times = 0; times < 3; times++) {
      clock.at += 30 * 60_000;
      client.send({ type: 'extend' });
      expect(await client.next('extended')).toMatchObject({ expiresAt: clock.at + 480 * 60_000 });
    }
    client.send({ type: 'extend' });
    await client.next('extend-refused');
  });

  test('mints one-time portal sign-ins', async () => {
    const { client } = await signIn();
    client.send({ type: 'portal-sign-in' });
    const { token, action, expiresAt } = await client.next('portal-sign-in');
    expect(new URL(action).origin).toBe('https://2fa.campus.test');
    expect(expiresAt).toBe(clock.at + 60_000);
    expect(campus.services.signIns.redeem(token)).toBe(mei.userId);
    expect(campus.services.signIns.redeem(token)).toBeNull();
    client.send({ type: 'portal-sign-in' });
    const late = await client.next('portal-sign-in');
    clock.at += 60_000;
    expect(campus.services.signIns.redeem(late.token)).toBeNull();
  });

  test('signs out on goodbye', async () => {
    const { client, granted } = await signIn();
    client.send({ type: 'bye' });
    expect(await client.next('ended')).toEqual({ type: 'ended', reason: 'signed-out' });
    expect(await client.closed()).toBe(1000);
    expect(campus.services.sessions.authorize(granted.ticket)).toBeNull();
  });

  test('hears that the operator ended the session', async () => {
    const { client, granted } = await signIn();
    expect(await campus.control.end(granted.session)).toBe(true);
    expect(await client.next('ended')).toEqual({ type: 'ended', reason: 'revoked' });
    expect(await campus.control.end(granted.session)).toBe(false);
  });

  test('is taken up again with the ticket, by the newest connection', async () => {
    const { client, granted } = await signIn();
    const again = await GatewayClient.open(campus);
    again.hello('A', granted.ticket);
    expect(await again.next('granted')).toEqual(granted);
    expect(await client.closed()).toBe(4001);
    await again.cut();
    const third = await GatewayClient.open(campus);
    third.hello('A', granted.ticket);
    expect(await third.next('granted')).toEqual(granted);
  });

  test('is not taken up with a ticket that is over or was never given', async () => {
    const { granted } = await signIn();
    await campus.control.end(granted.session);
    for (const ticket of [granted.ticket, 'x'.repeat(43)]) {
      const client = await GatewayClient.open(campus);
      client.hello('A', ticket);
      expect(await client.next('refused')).toMatchObject({ code: 'ticket-rejected' });
    }
  });
});

describe('a client that leaves', () => {
  const steps: Record<string, () => Promise<GatewayClient>> = {
    'before hello': () => GatewayClient.open(campus),
    'at the notice': async () => {
      const client = await GatewayClient.open(campus);
      client.hello();
      await client.prompt('notice');
      return client;
    },
    'at the credentials': () => toCredentials(),
    'while its password is checked': () => toSecondFactor(mei),
    'at the second factor': async () => {
      const client = await toSecondFactor(mei);
      await client.prompt('second-factor');
      return client;
    },
    'while a push is out': async () => {
      const client = await toSecondFactor(mei);
      await client.prompt('second-factor');
      client.answer(toDevice(deviceOf(mei.userId)));
      await client.prompt('push');
      expect(waiting()).toHaveLength(1);
      return client;
    },
    'at the passcode': async () => {
      const client = await toSecondFactor(mei);
      await client.prompt('second-factor');
      client.answer(withPasscode());
      await client.prompt('passcode');
      return client;
    },
    'with the last answer on its way': async () => {
      const { passcode } = await campus.services.factors.issueRecoveryPasscode(mei.userId);
      const client = await toSecondFactor(mei);
      await client.prompt('second-factor');
      client.answer(withPasscode(passcode));
      return client;
    },
  };
  for (const [step, reach] of Object.entries(steps)) {
    for (const how of ['bye', 'cut'] as const) {
      test(`${step} (${how}) leaves no session and no push behind`, async () => {
        const client = await reach();
        if (how === 'bye') client.send({ type: 'bye' });
        else client.socket.terminate();
        await client.closed();
        // Whatever it had under way is over once another sign-in has gone all the way
        const { granted } = await signIn('B');
        await expect.poll(() => sessionsOf(mei.userId).map(({ id }) => id)).toEqual([granted.session]);
        expect(waiting()).toEqual([]);
      });
    }
  }
});

describe('a client that says nothing', () => {
  afterEach(() => {
    vi.useRealTimers();
  });
  const passes = (ms: number): void => {
    vi.advanceTimersByTime(ms);
  };

  test('is closed after ten seconds without hello', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const client = await GatewayClient.open(campus);
    passes(10_000);
    expect(await client.next('refused')).toMatchObject({ code: 'sign-in-timed-out' });
    expect(await client.closed()).toBe(1000);
  });

  test('is closed after five minutes without an answer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const client = await GatewayClient.open(campus);
    client.hello();
    await client.prompt('notice');
    passes(5 * 60_000);
    expect(await client.next('refused')).toMatchObject({ code: 'sign-in-timed-out' });
  });
});

describe('a client that breaks the protocol', () => {
  const violations: Record<string, (client: GatewayClient) => void> = {
    'text that is not JSON': (client) => client.socket.send('{'),
    'a message of no known type': (client) => client.socket.send('{"type":"sudo"}'),
    'a binary message': (client) => client.socket.send(Buffer.from('{"type":"bye"}')),
    'hello twice': (client) => {
      client.hello();
      client.hello();
    },
    'a control message too early': (client) => {
      client.hello();
      client.send({ type: 'extend' });
    },
    'an answer before hello': (client) => client.answer(proceed, 1),
    'an answer to a question of the future': (client) => {
      client.hello();
      client.answer(proceed, 99);
    },
    'an answer of another kind': (client) => {
      client.hello();
      client.answer(credentials('a', 'b'), 1);
    },
  };
  for (const [what, act] of Object.entries(violations)) {
    test(`with ${what} is refused and closed`, async () => {
      const client = await GatewayClient.open(campus);
      act(client);
      if (what.includes('kind') || what.includes('twice') || what.includes('early') || what.includes('future'))
        await client.prompt('notice');
      expect(await client.next('refused')).toMatchObject({ code: 'request-invalid' });
      expect(await client.closed()).toBe(1008);
    });
  }

  test('with too long a message is closed', async () => {
    const client = await GatewayClient.open(campus);
    client.socket.send(JSON.stringify({ type: 'hello', client: 'x'.repeat(64 * 1024) }));
    expect(await client.closed()).toBe(1009);
  });

  test('with an answer said twice is answered once', async () => {
    const client = await GatewayClient.open(campus);
    client.hello();
    await client.prompt('notice');
    client.answer(proceed);
    client.answer(proceed);
    await client.prompt('credentials');
    client.answer(credentials(mei.userId, mei.password));
    await client.prompt('second-factor');
    await client.cut();
  });

  test('with any bytes at all never ends the gateway', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.json(), fc.uint8Array()), async (noise) => {
        const client = await GatewayClient.open(campus);
        client.socket.send(noise);
        expect(await client.next('refused')).toMatchObject({ code: 'request-invalid' });
        expect(await client.closed()).toBe(1008);
      }),
      { numRuns: 25 },
    );
  });

  test('without the subprotocol is not let in', async () => {
    await expect(GatewayClient.open(campus, ['other'])).rejects.toThrow('400');
  });
});

test('a name that is no site of the campus is misdirected', async () => {
  const status = (host: string) =>
    new Promise((resolve, reject) => {
      const asked = request(
        { host: '127.0.0.1', port: campus.port, ca: campus.authority.pem, servername: 'localhost', headers: { host } },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      );
      asked.once('error', reject);
      asked.end();
    });
  expect(await status(`localhost:${campus.port}`)).toBe(200);
  expect(await status('VPN.campus.test')).toBe(200);
  for (const host of ['evil.test', '2fa.campus.test', 'localhost.evil.test']) expect(await status(host)).toBe(421);
});
