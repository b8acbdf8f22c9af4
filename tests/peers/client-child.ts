import { text } from 'node:stream/consumers';
import * as z from 'zod';
import { AccessController } from '../../electron/access/controller.ts';
import type { GatewayDriver, OpenConnectGrant, Session } from '../../electron/gateways/gateway.ts';
import { openconnectDriver, type OpenConnectDriver } from '../../electron/gateways/openconnect/driver.ts';
import { appTunnel } from '../../electron/tunnels/openconnect/app.ts';
import { systemTunnel } from '../../electron/tunnels/openconnect/system.ts';
import { forkWorker } from '../../electron/worker/fork-worker.ts';
import { createVerifier } from '../../electron/trust/verifier.ts';
import { failureOf } from '../../shared/failure.ts';
import { agentSchema } from '../../shared/user-agent.ts';
import { profileSchema } from '../../shared/profile.ts';
import { handEnvironment } from '../support/hand-environment.ts';

/**
 * The client without a user interface in its own process: the real controller and tunnels, for a session that already
 * exists. `client-process.ts` starts it in any namespace and as any user.
 */
const grantSchema = z.object({
  kind: z.literal('openconnect'),
  protocol: z.literal('anyconnect'),
  endpoint: z.object({ host: z.string(), port: z.number(), loopbackPort: z.optional(z.number()) }),
  cookie: z.string(),
  connectUrl: z.string(),
  serverPin: z.string(),
  agent: agentSchema,
  address: z.nullable(z.string()),
  idleSeconds: z.null(),
  expiresAt: z.null(),
  udp: z.boolean(),
  keepAlive: z.enum(['without-limit', 'always', 'never']),
});
const orderSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('connect'),
    id: z.number(),
    profile: profileSchema,
    grant: grantSchema,
    helperSocket: z.optional(z.string()),
  }),
  z.object({ type: z.literal('page'), id: z.number(), host: z.string(), withinMs: z.number() }),
  z.object({ type: z.literal('traffic'), id: z.number() }),
  z.object({ type: z.literal('network-change'), id: z.number() }),
  z.object({ type: z.literal('disconnect'), id: z.number() }),
]);

let grant: OpenConnectGrant | null = null;
/** Replaces the sign-in: the ticket already exists, and the session is resumed without a question. */
const driver: GatewayDriver = {
  signIn: async () => session(),
  resume: async () => session(),
};
function session(): Session {
  if (!grant) throw new Error('no grant');
  const stop = new AbortController();
  return {
    id: 'peer',
    user: 'peer',
    grant,
    extendable: false,
    events: (async function* () {
      await new Promise((resolve) => stop.signal.addEventListener('abort', resolve));
    })(),
    extend: () => Promise.reject(new Error('no')),
    expiry: async () => null,
    clockAhead: 0,
    portalSignIn: () => Promise.reject(new Error('no')),
    close: async () => {
      stop.abort();
      return true;
    },
    detach: async () => stop.abort(),
  };
}

/** The processes that carry a tunnel. The parent has built what they run. */
function workers(log: (line: string) => void): OpenConnectDriver['workers'] {
  const { CLIENT_WORKER: file = '', CLIENT_LIBRARY: library = '' } = process.env;
  return openconnectDriver({ startWorker: forkWorker(file), library: { path: library }, log }).workers;
}

const environment = handEnvironment();
let controller: AccessController | null = null;

async function obey(order: z.infer<typeof orderSchema>): Promise<unknown> {
  if (order.type === 'connect') {
    const { host, port, loopbackPort } = order.grant.endpoint;
    grant = { ...order.grant, endpoint: { host, port, ...(loopbackPort === undefined ? {} : { loopbackPort }) } };
    const log = (line: string): void => void process.send?.({ type: 'log', line });
    controller = new AccessController({
      drivers: { anyconnect: driver },
      tunnels: {
        app: appTunnel({ workers: workers(log), now: Date.now, log }),
        system: systemTunnel({ socket: () => Promise.resolve(order.helperSocket ?? '/nowhere'), log }),
      },
      direct: () => () => Promise.reject(new Error('no')),
      verifierFor: (profile) => createVerifier({ trust: profile.trust, now: Date.now }),
      environment,
      client: { name: 'test', version: '0', installation: 'AAAAAAAAAAAAAAAAAAAAAAAA' },
      prepared: () => () => Promise.resolve(null),
      now: Date.now,
      random: Math.random,
      log,
      tell: (failure) => log(`told ${JSON.stringify(failure)}`),
    });
    controller.onChange((state) => process.send?.({ type: 'state', state }));
    controller.connect(order.profile);
    return null;
  }
  if (!controller) throw new Error('not connected');
  if (order.type === 'network-change') environment.networkChange();
  if (order.type === 'disconnect') await controller.disconnect();
  if (order.type === 'traffic') return controller.traffic();
  if (order.type !== 'page') return null;
  const within = AbortSignal.timeout(order.withinMs);
  const stream = await controller.dial(order.host, 80, within);
  within.addEventListener('abort', () => stream.destroy());
  stream.write('GET / HTTP/1.0\r\n\r\n');
  return text(stream);
}

process.on('message', (message) => {
  const order = orderSchema.parse(message);
  obey(order).then(
    (value) => process.send?.({ type: 'reply', id: order.id, value }),
    (thrown: unknown) => process.send?.({ type: 'reply', id: order.id, failure: failureOf(thrown) }),
  );
});
process.on('disconnect', () => process.exit());
process.send?.({ type: 'ready' });
