import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { OpenConnectGrant } from '../../../electron/gateways/gateway.ts';
import { WorkerLink } from '../../../electron/gateways/openconnect/process/worker-link.ts';
import type { FromWorker } from '../../../electron/gateways/openconnect/process/messages.ts';
import type { TunnelOptions } from '../../../electron/gateways/openconnect/process/tunnel-messages.ts';
import { Carrier } from '../../../electron/tunnels/openconnect/carrier.ts';
import { openCarrier } from '../../../electron/tunnels/openconnect/open-carrier.ts';
import { agentFor } from '../../../shared/user-agent.ts';

const agent = agentFor('linux');
const options: TunnelOptions = {
  protocol: 'anyconnect',
  url: 'https://vpn.campus.test/',
  cookie: 'ticket',
  pins: [`pin-sha256:${'A'.repeat(43)}=`],
  agent,
  address: '192.0.2.1',
  proxy: null,
  udp: false,
  pathMtu: null,
  reconnectSeconds: 60,
  deadPeerSeconds: 4,
  keepAliveSeconds: 20,
};
const grant: OpenConnectGrant = {
  kind: 'openconnect',
  protocol: 'anyconnect',
  endpoint: { host: 'vpn.campus.test', port: 443 },
  cookie: 'ticket',
  connectUrl: 'https://vpn.campus.test/',
  agent,
  serverPin: options.pins[0] ?? '',
  address: '192.0.2.1',
  idleSeconds: null,
  expiresAt: null,
  udp: false,
  keepAlive: 'without-limit',
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A tunnel that is opening, in a process that says only what the test says, and answers pings until it hangs. */
async function opening() {
  let tell: (message: FromWorker) => void = () => undefined;
  let hangs = false;
  const posted = new Set<string>();
  const start = () => ({
    pid: undefined,
    post: (message: unknown) => {
      const type = String(Reflect.get(Object(message), 'type'));
      posted.add(type);
      if (type === 'ping' && !hangs && posted.has('spoke')) tell({ type: 'pong' });
    },
    onMessage: (listener: (message: unknown) => void) => (tell = listener),
    exited: new Promise<number | null>(() => undefined),
    kill: () => undefined,
  });
  const nothing = (): void => undefined;
  const carrier = new Carrier(new WorkerLink(start, [], { everyMs: 5_000, mostUnanswered: 2 }), {
    up: nothing,
    connecting: nothing,
    note: nothing,
  });
  const outcome: { code: string | null } = { code: null };
  const done = openCarrier(carrier, options, grant, new AbortController().signal).then(
    () => (outcome.code = 'up'),
    (error: unknown) => (outcome.code = String(Reflect.get(Object(Reflect.get(Object(error), 'failure')), 'code'))),
  );
  await vi.waitUntil(() => posted.has('tunnel'));
  return {
    outcome,
    done,
    begins: () => {
      posted.add('spoke');
      tell({ type: 'connecting', attempt: 1 });
    },
    reaches: () => tell({ type: 'progress', attempt: 1, level: 1, format: 'Connected to %s' }),
    hang: () => (hangs = true),
  };
}

test('a process that needs seven seconds to start is not taken for a gateway that cannot be reached', async () => {
  const { outcome, done, begins } = await opening();
  await vi.advanceTimersByTimeAsync(7_000);
  begins();
  await vi.advanceTimersByTimeAsync(4_900);
  expect(outcome.code).toBeNull();
  await vi.advanceTimersByTimeAsync(1_000);
  await done;
  expect(outcome.code).toBe('gateway-unreachable');
});

test('a process that hangs while it connects is given up within three seconds', async () => {
  const { outcome, done, begins, reaches, hang } = await opening();
  begins();
  reaches();
  await vi.advanceTimersByTimeAsync(6_000);
  expect(outcome.code).toBeNull();
  hang();
  await vi.advanceTimersByTimeAsync(3_000);
  await done;
  expect(outcome.code).toBe('component-failed');
});
