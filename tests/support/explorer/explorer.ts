import { mkdtemp } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startCampus, type Campus } from '../../../campus/campus.ts';
import type { AccessState } from '../../../shared/access-state.ts';
import type { Profile } from '../../../shared/profile.ts';
import { startFaultProxy, type Fault, type FaultProxy } from '../faults/fault-proxy.ts';
import { lastingPort } from '../ports.ts';
import { student } from '../access.ts';
import { startApp, type AppRun } from '../app.ts';
import { Watch } from './explorer-watch.ts';
import { timed, watchStalls } from '../stalls.ts';
import { removeFolder } from '../folders.ts';

/** What the product promises: back at idle in this time, whatever hangs. */
const idleWithinMs = 1_000;
/** Sockets first close politely, then by force. */
const goneWithinMs = 3_000;
/** On a working network, everything reaches a question or an end within this time. */
const quietWithinMs = 10_000;
/** On a broken network, waiting is pointless. The limits of the waits have their own tests. */
const giveUpAfterMs = 60;

const quietKinds: readonly AccessState['kind'][] = ['idle', 'on-campus', 'connected', 'reconnecting'];

/** One campus and one network for all runs, because starting them takes longest. */
export class World {
  campus: Campus | null = null;
  /** The current run, which records what the campus is asked to do. */
  watch: Watch | null = null;
  readonly clocks = { campus: 0, computer: 0 };
  /** What the process holds without any application. */
  atRest: ReadonlyMap<string, number> = new Map();
  private port = 0;
  private furthest = 0;

  private constructor(
    private readonly dataDirectory: string,
    readonly network: FaultProxy,
    readonly profile: Profile,
  ) {}

  static async open(): Promise<World> {
    const dataDirectory = await mkdtemp(join(tmpdir(), 'causeway-explorer-'));
    const first = await startCampus({ dataDirectory, port: await lastingPort() });
    const { port, profile } = first;
    await first.stop();
    const network = await startFaultProxy({ port });
    const connectTo = (profile.connectTo ?? []).map((entry) => (entry.port === port ? { ...entry, loopbackPort: network.port } : entry));
    const world = new World(dataDirectory, network, { ...profile, connectTo });
    world.port = port;
    await world.startCampus();
    world.atRest = resources();
    return world;
  }

  async startCampus(): Promise<void> {
    if (this.campus) return;
    const { dataDirectory, port, clocks } = this;
    const campus = await startCampus({ dataDirectory, port, now: () => Date.now() + clocks.campus });
    const { factors } = campus.services;
    const [startPush, checkPasscode] = [factors.startPush.bind(factors), factors.checkPasscode.bind(factors)];
    factors.startPush = (...request) => {
      if (this.watch) this.watch.asked.pushes += 1;
      return startPush(...request);
    };
    factors.checkPasscode = (...request) => {
      if (this.watch) this.watch.asked.passcodes += 1;
      return checkPasscode(...request);
    };
    this.campus = campus;
  }

  async stopCampus(): Promise<void> {
    const { campus } = this;
    this.campus = null;
    await campus?.stop();
  }

  /** Restores everything: no fault, no session, no lock, and clocks that agree or nearly agree. */
  async reset(): Promise<Campus> {
    await this.network.set({ kind: 'none' });
    await this.startCampus();
    const { campus, clocks } = this;
    if (!campus) throw new Error('no campus');
    // Codes are accepted once and in order, so the campus's clock never goes back between runs
    this.furthest = Math.max(this.furthest, clocks.campus);
    const { lockout } = campus.services;
    clocks.campus = this.furthest;
    const locked = lockout.lockedUntil(student.userId);
    if (locked !== null) clocks.campus = locked - Date.now();
    // The two clocks need not agree. Certificates are checked by the computer's
    clocks.computer = 0;
    for (const { id } of campus.records.sessions()) await campus.control.end(id);
    return campus;
  }

  async close(): Promise<void> {
    await this.stopCampus();
    await this.network.close();
    await removeFolder(this.dataDirectory);
  }
}

/** One application from its start to its end. */
export class Run {
  /** Whether the network failed at some time. What hung then may still hang. */
  troubled = false;
  /** Whether a message was lost that neither end can know of: a granted session, or a sign-out. */
  deaf = false;
  private fault: Fault['kind'] = 'none';
  /** Pushes that appeared on the phone, oldest first. */
  readonly pushes: string[] = [];
  private constructor(
    readonly world: World,
    readonly client: AppRun,
    readonly watch: Watch,
  ) {
    // A person who leaves while the gateway cannot be reached cannot sign out
    client.app.onState(({ access }) => {
      if (access.kind === 'closing' && !this.isReachable) this.deaf = true;
    });
  }

  static async start(world: World): Promise<Run> {
    await world.reset();
    const client = await startApp([world.profile], { now: () => Date.now() + world.clocks.computer });
    const watch = new Watch(client.app);
    world.watch = watch;
    return new Run(world, client, watch);
  }

  get access(): AccessState {
    return this.client.app.state.access;
  }

  get installation(): string {
    return this.client.settings.get().installation;
  }

  /** Waits until a person would have something to look at: a question, an end, a connection. */
  async settle(): Promise<void> {
    const until = performance.now() + (this.troubled ? giveUpAfterMs : quietWithinMs);
    while (!this.isQuiet) {
      if (performance.now() > until) {
        if (!this.troubled) this.watch.violate(`hangs in ${this.access.kind}`);
        return;
      }
      await sleep(2);
    }
  }

  private get isReachable(): boolean {
    return this.world.campus !== null && this.fault === 'none';
  }

  private get isQuiet(): boolean {
    const { access } = this;
    return access.kind === 'asking' ? !access.answered : quietKinds.includes(access.kind);
  }

  /** The push on the phone. */
  get waitingPush(): string | null {
    const push = this.world.campus?.services.factors.waiting(student.phone)[0];
    if (push && !this.pushes.includes(push.id)) this.pushes.push(push.id);
    return push?.id ?? null;
  }

  async spoil(fault: Fault): Promise<void> {
    if (fault.kind !== 'none') this.troubled = true;
    if (!['none', 'refuse', 'latency'].includes(fault.kind)) this.deaf = true;
    this.fault = fault.kind;
    await this.world.network.set(fault);
  }

  /** Notes that every connection is about to break. Both ends will know, but messages in transit are lost. */
  breakOff(): void {
    this.troubled = true;
    if (!this.isQuiet || (this.access.kind === 'idle' && this.world.network.connections.open > 0)) this.deaf = true;
  }

  /** The person or the system sets the computer's clock, which the app notices as it notices a wake. */
  async setClock(byMs: number): Promise<void> {
    const { world, client } = this;
    world.clocks.computer += byMs;
    client.environment.resume();
    if (!this.troubled)
      await this.expectGone('time that the session does not have', () => (Math.abs(this.timeLeftWrongBy) > 2_000 ? 1 : 0));
  }

  /** The difference between the time left on our screen and the campus's record. */
  private get timeLeftWrongBy(): number {
    const { access, world } = this;
    const session = world.campus?.records.sessions().find(({ installation }) => installation === this.installation);
    if (access.kind !== 'connected' || !session) return 0;
    const { campus, computer } = world.clocks;
    return Number(access.expiresAt) - computer - (session.expiresAt - campus);
  }

  verify(): void {
    this.watch.verify(this.world.campus, this.client, this.installation);
  }

  /** Disconnects, and checks that nothing is left. */
  async disconnect(): Promise<void> {
    const { watch } = this;
    const { app } = this.client;
    const took = await timed(() => app.verbs.disconnect(undefined));
    if (this.access.kind !== 'idle') watch.violate(`disconnect resolved in ${this.access.kind}`);
    if (took > idleWithinMs) watch.violate(`idle ${Math.round(took)} ms after Disconnect`);
    if (this.client.desktop.open) watch.violate('the portal is open after Disconnect');
    if (!this.deaf && this.isReachable) await this.expectGone('a session at the campus', () => this.sessions);
  }

  /** The end of every run: everything is restored, the app is disconnected and closed, and nothing is left. */
  async finish(): Promise<void> {
    const { world, client, watch } = this;
    await this.spoil({ kind: 'none' });
    await world.startCampus();
    await this.disconnect();
    await this.expectGone('sockets to the gateway', () => world.network.connections.open);
    await this.expectGone('pushes on the phone', () => (this.waitingPush === null ? 0 : 1));
    await this.expectGone('timers, servers or processes at idle', () => more(world.atRest, loopbackProxy));
    const status = await connectThrough(client);
    if (status !== 503) watch.violate(`the loopback proxy answers ${status} while nothing is up`);
    this.verify();
    await client.close();
    if (client.desktop.clipboard !== '') watch.violate('a passcode is on the clipboard after the app has gone');
    if (client.settings.get().running !== null) watch.violate('the settings say that something is up');
    await this.expectGone('timers, servers or processes after the end', () => more(world.atRest));
    this.verify();
  }

  /** Cleans up after a failed run, so that its leftovers do not count against the next one. */
  async abandon(): Promise<void> {
    const { world, client } = this;
    world.watch = null;
    world.network.cut();
    await world.startCampus();
    await client.app.shutdown();
    await sleep(goneWithinMs);
    world.atRest = resources();
  }

  private get sessions(): number {
    return this.world.campus?.records.sessions().filter((session) => session.installation === this.installation).length ?? 0;
  }

  private async expectGone(what: string, count: () => number | string): Promise<void> {
    const stalls = watchStalls();
    try {
      const from = performance.now();
      for (let left = count(); left !== 0 && left !== ''; left = count()) {
        if (performance.now() - from - stalls.soFar() > goneWithinMs) {
          this.watch.violate(`left over: ${what} (${left})`);
          return;
        }
        await sleep(2);
      }
    } finally {
      stalls.stop();
    }
  }
}

/** What keeps the process alive, counted by kind: servers, timers and child processes of both ends. */
function resources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

/**
 * The kinds that exceed their count at rest or their limit; empty if there is none. Thread pool work starts and
 * ends by itself. Sockets are counted on the network, because Node 20 still lists a server's TLS sockets after the peer reset
 * them.
 */
function more(atRest: ReadonlyMap<string, number>, allowed: Readonly<Record<string, number>> = {}): string {
  const extra = [...resources()].map(([kind, count]) => ({ kind, count: count - (atRest.get(kind) ?? 0) - (allowed[kind] ?? 0) }));
  const left = extra.filter(({ kind, count }) => /Timeout|ServerWrap|Process/.test(kind) && count > 0);
  return left.map(({ kind, count }) => `${count} × ${kind}`).join(', ');
}

/** What an idle application holds. */
const loopbackProxy = { TCPServerWrap: 1 };

/** The loopback proxy's answer to a client that has its secret. */
function connectThrough({ proxy }: AppRun): Promise<number> {
  const credentials = Buffer.from(`${proxy.username}:${proxy.secret}`).toString('base64');
  return new Promise((resolve, reject) => {
    const socket = net.connect(proxy.port, '127.0.0.1');
    socket.on('error', reject);
    socket.once('data', (answer) => {
      socket.destroy();
      resolve(Number(answer.toString('latin1').split(' ')[1]));
    });
    socket.write(`CONNECT 2fa.campus.test:443 HTTP/1.1\r\nHost: 2fa.campus.test:443\r\nProxy-Authorization: Basic ${credentials}\r\n\r\n`);
  });
}
