import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { accessProtocol } from '../../shared/access-protocol.ts';
import { appStateSchema } from '../../shared/app-state.ts';
import { failureCatalogue } from '../../shared/failure.ts';
import type { Answer, PromptKind } from '../../shared/prompt.ts';
import { startApp, when, type AppRun } from '../support/app.ts';
import {
  acceptUpgrade,
  gatewayHost,
  goodPapers,
  granted,
  startHostileGateway,
  type AccessTalk,
  type Conduct,
  type HostileGateway,
  type Papers,
} from '../support/hostile-gateway.ts';
import { dayMs, issue, type Issued } from '../support/issuer.ts';
import { timed } from '../support/stalls.ts';

const answers: Record<Exclude<PromptKind, 'waiting'>, Answer> = {
  'notice': { kind: 'notice', proceed: true },
  'credentials': { kind: 'credentials', values: { user: 'mei.chan', password: 'wrong-battery' } },
  'second-factor': { kind: 'second-factor-passcode' },
  'passcode': { kind: 'passcode', passcode: '123456' },
  'push': { kind: 'instead', method: 'passcode' },
  'choice': { kind: 'choice', option: 'a' },
  'fields': { kind: 'fields', values: {} },
  'certificate': { kind: 'certificate', accept: false },
  'browser': { kind: 'browser', where: 'window' },
  'client-certificate': { kind: 'client-certificate' },
  'proxy': { kind: 'proxy', user: 'mei.chan', password: 'wrong-battery' },
};
const notice = { kind: 'notice', when: 'before', text: 'Terms' };
const credentialsPrompt = {
  kind: 'credentials',
  fields: [
    { name: 'user', secret: false },
    { name: 'password', secret: true },
  ],
  selects: [],
};
const secondFactor = { kind: 'second-factor', devices: [{ id: 'd', name: 'A phone', methods: ['push', 'passcode'] }] };
const passcode = { kind: 'passcode', lengths: [6] };
const push = { kind: 'push', device: 'A phone', deadline: Date.now() + 60_000 };

let papers: Papers;
beforeAll(async () => {
  papers = await goodPapers();
});

interface Met {
  gateway: HostileGateway;
  run: AppRun;
}

/** The real application with a gateway that behaves like this, and a person who answers everything. */
async function face(conduct: Conduct, withPapers = papers): Promise<Met> {
  const gateway = await startHostileGateway(conduct, withPapers);
  const run = await startApp([gateway.profile]);
  onTestFinished(() => run.close());
  run.app.onState(({ access }) => {
    if (access.kind !== 'asking' || access.answered || access.prompt.kind === 'push') return;
    const { promptId, prompt } = access;
    if (prompt.kind === 'waiting') return;
    // As over the bridge: the answer comes later, when the question may already be replaced
    setImmediate(() => {
      run.app.verbs.answer({ promptId, answer: answers[prompt.kind], remember: false }).catch(() => undefined);
    });
  });
  await run.app.verbs.connect({ profileId: gateway.profile.id });
  return { gateway, run };
}

/** The code with which the attempt ends. Nothing is left running, and the state can be shown. */
async function endOf({ gateway, run }: Met): Promise<string> {
  const { ending } = await when(run.app, ({ access }) => access.kind === 'idle' && access);
  await expect.poll(() => gateway.connections.open).toBe(0);
  expect(appStateSchema.safeParse(run.app.state).success).toBe(true);
  const code = ending?.code;
  if (code === undefined) throw new Error('ended without a reason');
  expect(Object.keys(failureCatalogue)).toContain(code);
  return code;
}

const http =
  (head: string, body = '') =>
  (_request: IncomingMessage, socket: Duplex) =>
    void socket.end(`HTTP/1.1 ${head}\r\n\r\n${body}`);

describe('a server that speaks TLS but is no gateway', () => {
  test.each<[string, Conduct, string]>([
    ['answers 404', { upgrade: http('404 Not Found\r\nContent-Length: 0') }, 'gateway-protocol'],
    ['answers with a page', { upgrade: http('200 OK\r\nContent-Type: text/html', '<h1>Welcome</h1>') }, 'gateway-protocol'],
    ['sends us elsewhere', { upgrade: http('302 Found\r\nLocation: https://login.hotel.test/') }, 'gateway-protocol'],
    ['is busy', { upgrade: http('503 Service Unavailable\r\nRetry-After: 60') }, 'gateway-busy'],
    ['wants a ticket', { upgrade: http('401 Unauthorized') }, 'ticket-rejected'],
    ['has another subprotocol', { upgrade: (request, socket) => acceptUpgrade(request, socket, 'chat') }, 'gateway-protocol'],
    ['has no subprotocol', { upgrade: (request, socket) => acceptUpgrade(request, socket, null) }, 'gateway-protocol'],
    [
      'says 101 without the accept key',
      { upgrade: (request, socket) => acceptUpgrade(request, socket, accessProtocol.subprotocol, null) },
      'gateway-protocol',
    ],
    [
      'says 101 with the accept key of another',
      { upgrade: (request, socket) => acceptUpgrade(request, socket, accessProtocol.subprotocol, 'c2FtZSBrZXkgZXZlcnkgdGltZQ==') },
      'gateway-protocol',
    ],
    ['speaks no HTTP', { secured: (socket) => socket.resume().end('SSH-2.0-OpenSSH_9.2\r\n') }, 'gateway-protocol'],
    ['has headers without end', { secured: (socket) => endless(socket, 'HTTP/1.1 200 OK\r\n', 'X-Y: z\r\n') }, 'gateway-protocol'],
    ['hangs up on HTTP', { secured: (socket) => void socket.once('data', () => socket.destroy()) }, 'gateway-closed'],
  ])('a server that speaks TLS but is no gateway (%s) fails with its own code, and gets no message', async (_what, conduct, code) => {
    const met = await face(conduct);
    expect(await endOf(met)).toBe(code);
    expect(met.gateway.received).toEqual([]);
  });
});

function endless(socket: Duplex, head: string, line: string): void {
  socket.on('error', () => undefined).resume();
  socket.write(head);
  const more = (): void => {
    if (!socket.destroyed) socket.write(line.repeat(500), () => setImmediate(more));
  };
  more();
}

describe('the gateway’s certificate', () => {
  const cases: [string, () => Promise<Papers>, string][] = [
    ['of another authority', async () => ({ ...papers, server: await stranger() }), 'certificate-untrusted'],
    ['that the person does not accept', async () => ({ server: await stranger(), trust: { kind: 'system' } }), 'certificate-declined'],
    ['for another name', () => signed({ dns: ['vpn.elsewhere.test'] }), 'certificate-wrong-host'],
    ['out of date', () => signed({ dns: [gatewayHost], notAfter: new Date(Date.now() - dayMs / 2) }), 'certificate-expired'],
    [
      'with another key than the pinned one',
      async () => ({ ...papers, trust: { kind: 'pin', spkiSha256: [`${'A'.repeat(43)}=`] } }),
      'certificate-changed',
    ],
  ];
  test.each(cases)('a certificate %s fails before the gateway gets any message', async (_what, present, code) => {
    const met = await face({}, await present());
    expect(await endOf(met)).toBe(code);
    expect(met.gateway.received).toEqual([]);
  });

  function stranger(): Promise<Issued> {
    return issue(null, { dns: [gatewayHost] });
  }

  async function signed(wishes: Parameters<typeof issue>[1]): Promise<Papers> {
    const authority = await issue(null, { authority: {} });
    return { server: await issue(authority, wishes), trust: { kind: 'authority', pem: authority.pem } };
  }
});

describe('a gateway that closes the connection', () => {
  const steps: [string, (talk: AccessTalk) => Promise<unknown>][] = [
    ['before hello', () => Promise.resolve()],
    ['after hello', (talk) => talk.next()],
    ['with the notice on screen', async (talk) => talk.ask(notice)],
    ['after the notice', (talk) => through(talk, notice)],
    ['after the password', (talk) => through(talk, notice, credentialsPrompt)],
    ['after the choice of a second factor', (talk) => through(talk, notice, credentialsPrompt, secondFactor)],
    [
      'while the push is out',
      async (talk) => {
        await through(talk, notice, credentialsPrompt, secondFactor);
        talk.ask(push);
      },
    ],
    ['after the passcode', (talk) => through(talk, notice, credentialsPrompt, secondFactor, passcode)],
  ];
  test.each(steps)('a gateway that closes %s fails the sign-in as gateway-closed', async (_step, reach) => {
    const met = await face({
      access: async (talk) => {
        await reach(talk);
        talk.link.close(1011);
      },
    });
    expect(await endOf(met)).toBe('gateway-closed');
  });

  const relays: [string, Conduct, string][] = [
    ['hangs up', { upgrade: (_request, socket) => void socket.destroy() }, 'gateway-closed'],
    ['is busy', { upgrade: http('503 Service Unavailable') }, 'gateway-busy'],
    ['knows no relay', { upgrade: http('404 Not Found') }, 'gateway-protocol'],
  ];
  test.each(relays)('a gateway whose relay %s after the sign-in fails with its own code', async (_what, conduct, code) => {
    const met = await face({
      ...conduct,
      access: async (talk) => {
        await through(talk, notice);
        talk.grant();
      },
    });
    expect(await endOf(met)).toBe(code);
  });
});

async function through(talk: AccessTalk, ...prompts: unknown[]): Promise<void> {
  await talk.next(); // hello
  for (const prompt of prompts) await talk.answerTo(prompt);
}

describe('a malformed message', () => {
  const bad: [string, unknown][] = [
    ['of ten megabytes', { type: 'refused', code: 'internal', message: 'x'.repeat(10 * 1024 * 1024) }],
    ['one byte too long', 'x'.repeat(accessProtocol.maxMessageBytes + 1)],
    ['that is not JSON', '{'],
    ['that is null', 'null'],
    ['of lists within lists', '['.repeat(30_000)],
    ['of no known type', { type: 'sudo' }],
    ['of a name that objects have anyway', '{"type":"refused","code":"constructor"}'],
    ['that comes too early', { type: 'extended', expiresAt: 1 }],
    ['that ends a session that never was', { type: 'ended', reason: 'expired' }],
    ['with an instant that no calendar has', { ...granted, expiresAt: 1e300 }],
    ['with a deadline that no calendar has', { type: 'prompt', seq: 1, prompt: { ...push, deadline: -1e300 } }],
    ['with a label too long to draw', { type: 'prompt', seq: 1, prompt: { ...push, device: 'x'.repeat(201) } }],
    [
      'with a thousand fields',
      { type: 'prompt', seq: 1, prompt: { ...credentialsPrompt, fields: Array.from({ length: 1000 }, () => credentialsPrompt.fields[0]) } },
    ],
    ['with a ticket that is none', { ...granted, ticket: 'short' }],
    ['with a relay that is an address', { ...granted, relay: '.evil.test/relay' }],
    ['with a relay that is no path', { ...granted, relay: '/relay#there' }],
  ];
  test.each(bad)('a message %s from the gateway fails as gateway-protocol', async (_what, message) => {
    const met = await face({
      access: async (talk) => {
        await talk.next();
        talk.send(message);
      },
    });
    expect(await endOf(met)).toBe('gateway-protocol');
  });

  test('a binary message from the gateway fails as gateway-protocol', async () => {
    const met = await face({ access: (talk) => talk.link.send(Buffer.from(JSON.stringify(granted))) });
    expect(await endOf(met)).toBe('gateway-protocol');
  });

  test('control characters and direction marks in a gateway’s message are removed before it is shown', async () => {
    const { run } = await face({
      access: async (talk) => {
        await talk.next();
        talk.ask({ ...push, device: 'Mei\u0007\u202E enohp\u2066\u0000' });
      },
    });
    const { prompt } = await when(run.app, ({ access }) => access.kind === 'asking' && access);
    expect(prompt).toMatchObject({ kind: 'push', device: 'Mei enohp' });
  });
});

describe('endless questions', () => {
  test('a gateway that asks faster than anybody could answer fails as gateway-protocol', async () => {
    const met = await face({
      access: async (talk) => {
        await talk.next();
        for (let count = 0; count < 10_000; count++) talk.ask(push);
      },
    });
    expect(await endOf(met)).toBe('gateway-protocol');
  });

  test('endless questions that are answered continue until the person cancels', async () => {
    let asked = 0;
    const met = await face({
      access: async (talk) => {
        await talk.next();
        for (; talk.link.readyState === talk.link.OPEN; asked++) await talk.answerTo(notice);
      },
    });
    await expect.poll(() => asked).toBeGreaterThan(50);
    expect(await timed(() => met.run.app.verbs.disconnect(undefined))).toBeLessThan(1_000);
    expect(met.run.app.state.access).toEqual({ kind: 'idle', ending: null });
    await expect.poll(() => met.gateway.connections.open).toBe(0);
  });
});

describe('a silent gateway', () => {
  afterEach(() => {
    vi.useRealTimers();
  });
  /** What the gateway does, how long we wait, and how many messages we sent by then. */
  const waits: [string, Conduct, number, number][] = [
    ['in answer to the upgrade', { upgrade: (_request, socket) => void socket.resume() }, 15_000, 0],
    ['after half an answer', { upgrade: (_request, socket) => void socket.write('HTTP/1.1 101 Switching Protocols\r\n') }, 15_000, 0],
    // Pings and pongs go on all the time
    ['after hello', { access: () => undefined }, 30_000, 1],
    [
      'after an answer',
      {
        access: (talk) => through(talk, notice),
      },
      30_000,
      2,
    ],
  ];
  test.each(waits)('a gateway that is silent %s is given up at its time limit and not before', async (_what, conduct, ms, messages) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const met = await face(conduct);
    await settled(met, messages);
    vi.advanceTimersByTime(ms - 500);
    await turns();
    expect(met.run.app.state.access.kind).not.toBe('idle');
    vi.advanceTimersByTime(1_000);
    vi.useRealTimers();
    expect(await endOf(met)).toBe('gateway-silent');
  });

  describe('silent after the password', () => {
    const passwords = ({ gateway }: Met): number =>
      gateway.received.filter((message) => message.type === 'answer' && message.answer.kind === 'credentials').length;
    const kind = ({ run }: Met): string => {
      const { access } = run.app.state;
      return access.kind === 'asking' ? access.prompt.kind : access.kind;
    };
    const silence = async (conduct: Conduct): Promise<Met> => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      const met = await face(conduct);
      await settled(met, 2);
      vi.advanceTimersByTime(3_500);
      await turns();
      return met;
    };

    test('a gateway that is silent after the password is waited for 75 s, with a notice on screen, and gets the password once', async () => {
      const met = await silence({ access: (talk) => through(talk, credentialsPrompt) });
      const { access } = met.run.app.state;
      expect(access).toMatchObject({ kind: 'asking', prompt: { kind: 'waiting' } });
      vi.advanceTimersByTime(71_000);
      await turns();
      expect(kind(met)).toBe('waiting');
      vi.advanceTimersByTime(1_500);
      vi.useRealTimers();
      expect(await endOf(met)).toBe('gateway-silent');
      expect(passwords(met)).toBe(1);
      expect(met.gateway.received.filter(({ type }) => type === 'hello')).toHaveLength(1);
    });

    test('a gateway that accepts after 45 s of silence gets the password once', async () => {
      let letIn: () => void = () => undefined;
      const met = await silence({
        access: async (talk) => {
          await through(talk, credentialsPrompt);
          await new Promise<void>((resolve) => (letIn = resolve));
          talk.grant();
        },
      });
      vi.advanceTimersByTime(41_500);
      await turns();
      expect(kind(met)).toBe('waiting');
      vi.useRealTimers();
      letIn();
      await when(met.run.app, ({ access }) => access.kind === 'connected');
      expect(passwords(met)).toBe(1);
      await met.run.app.verbs.disconnect(undefined);
    });

    test('a gateway that hangs up after 45 s of silence gets the password once, and the failure is shown', async () => {
      let hangUp: () => void = () => undefined;
      const met = await silence({
        access: async (talk) => {
          await through(talk, credentialsPrompt);
          hangUp = () => talk.link.terminate();
        },
      });
      vi.advanceTimersByTime(41_500);
      await turns();
      vi.useRealTimers();
      hangUp();
      expect(await endOf(met)).toBe('gateway-closed');
      expect(passwords(met)).toBe(1);
      expect(met.gateway.received.filter(({ type }) => type === 'hello')).toHaveLength(1);
    });

    test('Cancel ends the wait for a silent gateway within a second', async () => {
      const met = await silence({ access: (talk) => through(talk, credentialsPrompt) });
      expect(kind(met)).toBe('waiting');
      vi.useRealTimers();
      expect(await timed(() => met.run.app.verbs.disconnect(undefined))).toBeLessThan(1_000);
      expect(met.run.app.state.access).toEqual({ kind: 'idle', ending: null });
      expect(passwords(met)).toBe(1);
    });
  });

  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 300; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  /** Runs until it is the gateway's turn, which then does nothing. */
  async function settled({ gateway, run }: Met, messages: number): Promise<void> {
    const isItsTurn = (): boolean =>
      gateway.connections.total > 0 && gateway.received.length >= messages && run.app.state.access.kind !== 'checking';
    while (!isItsTurn()) await new Promise((resolve) => setImmediate(resolve));
    await turns();
  }
});

describe('a gateway that drops each session', () => {
  test('a gateway that accepts and drops the session again and again is retried after growing waits', async () => {
    const { gateway, run } = await face({
      access: async (talk) => {
        await talk.next();
        talk.grant();
      },
      relay: (socket) => void setImmediate(() => socket.destroy()),
    });
    const reconnects: number[] = [];
    let last = '';
    run.app.onState(({ access }) => {
      if (access.kind === 'connected' && last === 'reconnecting') reconnects.push(performance.now());
      last = access.kind;
    });
    await expect.poll(() => reconnects.length, { timeout: 15_000 }).toBeGreaterThanOrEqual(3);
    const [first = 0, second = 0, third = 0] = reconnects;
    expect(second - first).toBeGreaterThan(600);
    expect(third - second).toBeGreaterThan(1_200);
    await run.app.verbs.disconnect(undefined);
    await expect.poll(() => gateway.connections.open).toBe(0);
  });
});
