import { request } from 'node:https';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { mei } from '../../support/campus/campus-services.ts';
import {
  campus,
  deviceOf,
  sessionsOf,
  signIn,
  tidyCampus,
  toCredentials,
  toSecondFactor,
  waiting,
} from '../../support/campus/gateway-bench.ts';
import { credentials, GatewayClient, proceed, toDevice, withPasscode } from '../../support/campus/gateway-client.ts';

tidyCampus();

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
      test(`a client that leaves ${step} (${how}) leaves no session and no push behind`, async () => {
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

  test('a client that says no hello is closed after ten seconds', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const client = await GatewayClient.open(campus);
    passes(10_000);
    expect(await client.next('refused')).toMatchObject({ code: 'sign-in-timed-out' });
    expect(await client.closed()).toBe(1000);
  });

  test('a client that does not answer is closed after five minutes', async () => {
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
    test(`a client that sends ${what} is refused and closed`, async () => {
      const client = await GatewayClient.open(campus);
      act(client);
      if (what.includes('kind') || what.includes('twice') || what.includes('early') || what.includes('future'))
        await client.prompt('notice');
      expect(await client.next('refused')).toMatchObject({ code: 'request-invalid' });
      expect(await client.closed()).toBe(1008);
    });
  }

  test('a client that sends too long a message is closed', async () => {
    const client = await GatewayClient.open(campus);
    client.socket.send(JSON.stringify({ type: 'hello', client: 'x'.repeat(64 * 1024) }));
    expect(await client.closed()).toBe(1009);
  });

  test('an answer that a client sends twice counts once', async () => {
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

  test('no bytes from a client end the gateway', async () => {
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

  test('a client without the subprotocol is rejected', async () => {
    await expect(GatewayClient.open(campus, ['other'])).rejects.toThrow('400');
  });
});

test('a request for a name that is no site of the campus gets 421', async () => {
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
