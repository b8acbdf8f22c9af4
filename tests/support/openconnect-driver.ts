import net from 'node:net';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { GatewayTarget } from '../../electron/gateways/gateway.ts';
import type { OpenConnectDeps } from '../../electron/gateways/openconnect/driver.ts';
import type { Profile } from '../../shared/profile.ts';
import { FormGateway, type Request, type Step } from '../peers/gateways/form-gateway.ts';
import { credentials, failsWith, person, startDriver, targetFor, type DriverBench, type Script } from '../peers/openconnect-bench.ts';
import { listen } from '../peers/proxies.ts';
import { timed } from './stalls.ts';
import { awaitedLater } from './awaited-later.ts';

export const mei = credentials('mei', 'harbour');

/** The real driver, and gateways that end with their test, for the tests of a file. */
export function useDriver() {
  let bench: DriverBench;
  const cleanUp: (() => Promise<void> | void)[] = [];
  const endAll = async (): Promise<void> => {
    for (const each of cleanUp.splice(0)) await each();
  };
  beforeAll(async () => {
    bench = await startDriver();
  });
  afterEach(endAll);
  afterAll(() => bench.driver.stop());

  const gateway = async (next: (request: Request, gateway: FormGateway) => Step | Promise<Step>, address?: '::1') => {
    const at = await FormGateway.start(next, address);
    cleanUp.push(() => at.stop());
    return at;
  };
  const tcp = async (serve: (socket: net.Socket) => void) => {
    const sockets = new Set<net.Socket>();
    const server = net.createServer((socket) => {
      sockets.add(socket.on('error', () => undefined));
      serve(socket);
    });
    const port = await listen(server);
    cleanUp.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return port;
  };
  /** Takes a call and its TLS greeting, and says nothing. Before the greeting the library would still hear a Cancel. */
  const stalled = async () => {
    let greet = (): void => undefined;
    const greeted = new Promise<void>((resolve) => (greet = resolve));
    return { port: await tcp((socket) => socket.once('data', () => greet())), greeted };
  };
  const profileTo = async (loopbackPort: number): Promise<Profile> => {
    const at = await gateway(() => 'hang');
    return at.profile({ connectTo: [{ host: at.host, port: 443, loopbackPort }] });
  };
  const own = async (deps: Partial<OpenConnectDeps> = {}) => {
    const made = await startDriver(deps);
    cleanUp.push(() => made.driver.stop());
    return made;
  };
  const signIn = (profile: Profile, script: Script, using = bench, target: Partial<GatewayTarget> = {}) => {
    const who = person(script);
    const stop = new AbortController();
    const session = awaitedLater(using.driver.signIn(targetFor(profile, target), who.ask, stop.signal));
    return { who, stop, session };
  };
  /** How long a Cancel takes. */
  const cancelled = ({ stop, session }: ReturnType<typeof signIn>): Promise<number> =>
    timed(async () => {
      stop.abort();
      await expect(session).rejects.toMatchObject(failsWith('cancelled'));
    });

  return { gateway, tcp, stalled, profileTo, own, signIn, cancelled, cleanUp, endAll };
}
