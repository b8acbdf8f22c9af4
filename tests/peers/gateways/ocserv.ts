import { execFile, fork, spawn, type ChildProcess } from 'node:child_process';
import { constants, createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net, { type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { promisify } from 'node:util';
import type { Profile, Trust } from '../../../shared/profile.ts';
import { dayMs, issue, newKeys, type Issued } from '../../support/issuer.ts';
import { join as joinWithCable, kill, Namespace } from '../namespaces.ts';
import { configOf, type OcservSettings } from './ocserv-config.ts';
import { LabPeople, type LabUser, type NewUser } from './ocserv-people.ts';

/**
 * A real gateway for tests: ocserv in its own network namespace with a small campus behind it. From the root namespace it
 * is a port on loopback. With `client` there is a second namespace that a cable joins to it.
 */
export interface OcservOptions extends OcservSettings {
  /** More users besides `alice`. */
  users?: readonly NewUser[];
  /** A namespace for a client: true for a new one, or another gateway's namespace, which then has two gateways to choose from. */
  client?: boolean | Ocserv;
  /** A host other than `vpn.campus.test`. */
  host?: string;
  /** A gateway outside the campus: its certificate is from its own authority. */
  isStranger?: boolean;
  /** Its certificate is for another host, or has expired. */
  certificate?: 'wrong-host' | 'expired';
}

const run = promisify(execFile);
/** One authority for all gateways of this test process, as a campus has one. */
let authorityOnce: Promise<Issued> | null = null;
const newAuthority = (): Promise<Issued> => issue(null, { name: 'CN=Test Campus Authority', authority: {} });
const authority = (): Promise<Issued> => (authorityOnce ??= newAuthority());
let started = 0;

const campusAddress = '10.60.0.80';
const campusAddress6 = 'fd60::80';
const nameServer = '10.60.0.53';
const portalHost = 'portal.campus.test';
const readyTimeoutMs = 20_000;

export class Ocserv {
  /** On loopback, in the root namespace. */
  port = 0;
  /** The address of the gateway that its client namespace connects to, port 443. */
  readonly address: string;
  readonly address6: string;
  /** Text that is only on the page behind the gateway. */
  readonly page: string;
  readonly people: LabPeople;
  readonly directory = mkdtempSync(join(tmpdir(), 'cw-gw-'));
  private server: ChildProcess | null = null;
  private inside: ChildProcess | null = null;
  private readonly loopbackServer = net.createServer({ pauseOnConnect: true, allowHalfOpen: true });
  private readonly config = join(this.directory, 'conf');
  private readonly logFile = join(this.directory, 'log');

  private constructor(
    readonly host: string,
    private readonly number: number,
    readonly gateway: Namespace,
    readonly client: Namespace | null,
    private readonly authorityMade: Issued,
    private certificate: Issued,
    private readonly wishes: OcservOptions,
  ) {
    this.address = `10.99.${number}.1`;
    this.address6 = `fd99:${number}::1`;
    this.page = `<!doctype html><title>Portal</title><p>Only the tunnel reaches this page of ${gateway.name}.</p>`;
    this.people = new LabPeople(this.directory);
  }

  /** Starts one and waits until it answers. */
  static async start(options: OcservOptions = {}): Promise<Ocserv> {
    started += 1;
    const number = started;
    const host = options.host ?? 'vpn.campus.test';
    const shared = options.client instanceof Ocserv ? options.client : null;
    // The name that ocserv listens on resolves to its own addresses, not to the campus's behind it
    const gateway = await Namespace.create('g', { hosts: `10.99.${number}.1 gateway.lab\nfd99:${number}::1 gateway.lab\n` });
    const client = shared
      ? shared.client
      : options.client
        ? await Namespace.create('c', { 'resolv.conf': 'nameserver 192.0.2.53\n', 'hosts': '127.0.0.1 localhost\n' })
        : null;
    const vouched = options.isStranger ? await newAuthority() : await authority();
    const lab = new Ocserv(
      host,
      number,
      gateway,
      client,
      vouched,
      await certificateFor(vouched, host, number, options.certificate),
      options,
    );
    try {
      await lab.build();
      await lab.serve();
    } catch (error) {
      const log = lab.log();
      await lab.stop();
      throw new Error(`ocserv did not start:\n${log}`, { cause: error });
    }
    return lab;
  }

  get authorityPem(): string {
    return this.authorityMade.pem;
  }

  /** SHA-256 of the server's key, base64: a profile's `spkiSha256`. */
  get pin(): string {
    return pinOf(this.certificate.pem);
  }

  /** The loopback port as an entry of `Profile.connectTo`. */
  get connectTo(): NonNullable<Profile['connectTo']> {
    return [{ host: this.host, port: 443, loopbackPort: this.port }];
  }

  /** Where a client in the root namespace finds the gateway, its name resolved to 127.0.0.1. */
  get gatewayUrl(): string {
    return `https://${this.host}:${this.port}/`;
  }

  /** The page behind the gateway, by address and by a name that only its name server knows. */
  readonly webUrl = `http://${campusAddress}/`;
  readonly webUrlByName = `http://${portalHost}/`;
  readonly portalHost = portalHost;

  user(name = 'alice'): LabUser {
    return this.people.get(name);
  }

  addUser(user: NewUser): LabUser {
    return this.people.add(user);
  }

  codeFor(name = 'alice'): string {
    return this.people.codeFor(name);
  }

  /** `occtl`'s JSON, or its text if there is none. */
  async occtl(...args: string[]): Promise<unknown> {
    const { stdout } = await run('occtl', ['-s', join(this.directory, 'occtl'), '-j', ...args]);
    try {
      return JSON.parse(stdout);
    } catch {
      return stdout;
    }
  }

  /** A client certificate for a person from the authority that the gateway trusts. Their name is its common name. */
  clientCertificate(name: string): Promise<Issued> {
    return issue(this.authorityMade, { name: `CN=${name}`, usages: ['1.3.6.1.5.5.7.3.2'] });
  }

  log(): string {
    try {
      return readFileSync(this.logFile, 'utf8');
    } catch {
      return '';
    }
  }

  /** `kill -9` of the whole gateway; {@link restart} brings it back. Sessions are lost. */
  async kill(): Promise<void> {
    const { server } = this;
    this.server = null;
    for (const pid of this.gateway.pids()) if (pid !== this.inside?.pid) kill(pid);
    if (server?.exitCode === null && server.signalCode === null) await once(server, 'exit');
  }

  /** Restarts it, with a new key if asked for. */
  async restart(options: { newKey?: boolean } = {}): Promise<void> {
    await this.kill();
    if (options.newKey) {
      this.certificate = await certificateFor(this.authorityMade, this.host, this.number, this.wishes.certificate);
      this.writeFiles();
    }
    await this.serve();
  }

  /** The cable of the client namespace: pulled or plugged in at the gateway's end, so that the client's routes stay. */
  async cable(state: 'up' | 'down'): Promise<void> {
    await this.gateway.ip('link', 'set', this.device, state);
    if (state === 'up') await this.gateway.ip('-6', 'addr', 'replace', `${this.address6}/64`, 'dev', this.device, 'nodad');
  }

  /**
   * Turns the cable into a bad line from now on: packets are lost both ways, and the rest are late. It uses `netem`, or,
   * if the kernel has none, rules that drop packets and a narrow queue. Returns which.
   */
  async spoil({ lossPercent, delayMs }: { lossPercent: number; delayMs: number }): Promise<'netem' | 'rules'> {
    const { client, device, gateway } = this;
    if (!client) throw new Error('no client namespace');
    const ends = [client, gateway];
    try {
      const line = ['netem', 'loss', `${lossPercent}%`, 'delay', `${delayMs}ms`, `${delayMs / 4}ms`];
      for (const end of ends) await end.run('tc', ['qdisc', 'add', 'dev', device, 'root', ...line]);
      return 'netem';
    } catch {
      const dropped = ['-m', 'statistic', '--mode', 'random', '--probability', String(lossPercent / 100), '-j', 'DROP'];
      for (const end of ends) {
        await end.run('iptables', ['-A', 'INPUT', '-i', device, ...dropped]);
        await end.run('tc', ['qdisc', 'add', 'dev', device, 'root', 'tbf', 'rate', '2mbit', 'burst', '4kb', 'latency', `${delayMs * 4}ms`]);
      }
      return 'rules';
    }
  }

  /** Makes the cable silently drop packets longer than this, in both directions. */
  async dropLong(bytes: number): Promise<void> {
    const { client, device, gateway } = this;
    if (!client) throw new Error('no client namespace');
    for (const end of [client, gateway]) {
      // Turn off segmentation offload, so that packets on the cable have their real size
      await end.ip('link', 'set', 'dev', device, 'gso_max_segs', '1');
      await end.run('iptables', ['-A', 'INPUT', '-i', device, '-m', 'length', '--length', `${bytes + 1}:`, '-j', 'DROP']);
    }
  }

  /** Undoes {@link dropLong}. */
  async takeLong(): Promise<void> {
    for (const end of [this.client, this.gateway]) await end?.run('iptables', ['-F', 'INPUT']);
  }

  /** Stops it, within a time limit. A second call does nothing. */
  async stop(): Promise<void> {
    await this.kill().catch(() => undefined);
    this.loopbackServer.close();
    this.inside?.kill('SIGKILL');
    this.gateway.destroyNow();
    if (!(this.wishes.client instanceof Ocserv)) this.client?.destroyNow();
    // What it has started may still write to it
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }

  private get device(): string {
    return `wan${this.number}`;
  }

  private async build(): Promise<void> {
    const { gateway, client, device } = this;
    for (const address of [`${campusAddress}/32`, `${nameServer}/32`, `${this.address}/32`])
      await gateway.ip('addr', 'add', address, 'dev', 'lo');
    for (const address of [this.address6, ...(this.wishes.ipv6 ? [campusAddress6] : [])])
      await gateway.ip('-6', 'addr', 'add', `${address}/128`, 'dev', 'lo', 'nodad');
    if (client) {
      await joinWithCable(client, gateway, device);
      await gateway.ip('addr', 'add', `${this.address}/24`, 'dev', device);
      await gateway.ip('-6', 'addr', 'add', `${this.address6}/64`, 'dev', device, 'nodad');
      await client.ip('addr', 'add', `10.99.${this.number}.2/24`, 'dev', device);
      await client.ip('-6', 'addr', 'add', `fd99:${this.number}::2/64`, 'dev', device, 'nodad');
      writeFileSync(client.file('hosts'), `${readFileSync(client.file('hosts'), 'utf8')}${this.address} ${this.host}\n`);
      // A route out that is not the tunnel, as every computer has one
      if (!(this.wishes.client instanceof Ocserv)) await client.ip('route', 'add', 'default', 'via', this.address);
    }
    this.people.add({ name: 'alice' });
    for (const user of this.wishes.users ?? []) this.people.add(user);
    this.writeFiles();
    await this.openDoor();
  }

  private writeFiles(): void {
    const file = (name: string): string => join(this.directory, name);
    writeFileSync(file('cert.pem'), this.certificate.pem + this.authorityMade.pem);
    writeFileSync(file('key.pem'), this.certificate.keyPem);
    writeFileSync(file('authority.pem'), this.authorityMade.pem);
    const files = {
      directory: this.directory,
      passwords: this.people.passwords,
      codes: this.people.codes,
      certificate: file('cert.pem'),
      key: file('key.pem'),
      authority: file('authority.pem'),
    };
    writeFileSync(this.config, configOf(this.wishes, files, { number: this.number }));
  }

  /** Starts the programs inside the namespace beside ocserv, and the port on loopback that leads to it. */
  private async openDoor(): Promise<void> {
    const portal = await issue(this.authorityMade, { name: 'CN=portal', dns: [portalHost, '2fa.campus.test'] });
    const settings = {
      gateway: this.address,
      campus: campusAddress,
      campus6: this.wishes.ipv6 ? campusAddress6 : null,
      mute: this.wishes.muteNames === true,
      nameServer,
      names: { [portalHost]: campusAddress, '2fa.campus.test': campusAddress },
      page: this.page,
      cert: portal.pem + this.authorityMade.pem,
      key: portal.keyPem,
    };
    const [ip, ...args] = this.gateway.inside;
    const inside = fork(join(import.meta.dirname, 'gateway-inside.ts'), {
      execPath: ip,
      execArgv: [...args, process.execPath, '--import', 'tsx'],
      env: { ...process.env, GATEWAY_INSIDE: JSON.stringify(settings) },
    });
    this.inside = inside;
    await Promise.race([
      once(inside, 'message'),
      once(inside, 'exit').then(() => Promise.reject(new Error('what runs inside the gateway ended'))),
    ]);
    this.loopbackServer.on('connection', (socket: Socket) => inside.send('join', socket, () => undefined));
    this.loopbackServer.listen(0, '127.0.0.1');
    await once(this.loopbackServer, 'listening');
    const address = this.loopbackServer.address();
    if (address === null || typeof address === 'string') throw new Error('not a TCP server');
    this.port = address.port;
  }

  private async serve(): Promise<void> {
    const log = openSync(this.logFile, 'a');
    const [ip, ...args] = this.gateway.inside;
    const server = spawn(ip, [...args, 'ocserv', '-f', '-c', this.config], { stdio: ['ignore', log, log] });
    closeSync(log);
    this.server = server;
    const until = Date.now() + readyTimeoutMs;
    while (!(await answers(this.port))) {
      if (server.exitCode !== null || Date.now() > until) throw new Error(`no answer, exit code ${server.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }
}

/** Starts a gateway: see {@link Ocserv}. Stop it in `afterAll`. */
export const startOcserv = (options: OcservOptions = {}): Promise<Ocserv> => Ocserv.start(options);

async function certificateFor(by: Issued, host: string, number: number, unfit?: OcservOptions['certificate']): Promise<Issued> {
  const keys = await newKeys();
  if (unfit === 'wrong-host') return issue(by, { name: 'CN=appliance', dns: ['appliance.maker.test'], keys });
  const over = unfit === 'expired' ? { notBefore: new Date(Date.now() - 20 * dayMs), notAfter: new Date(Date.now() - 10 * dayMs) } : {};
  return issue(by, { name: `CN=${host}`, dns: [host], ip: [`10.99.${number}.1`, '127.0.0.1'], keys, ...over });
}

/** `pin-sha256` of a certificate, base64. */
export function pinOf(pem: string): string {
  const key = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('base64');
}

/** TLS of any age, because some test gateways are old. */
const anyTls = { minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0', secureOptions: constants.SSL_OP_LEGACY_SERVER_CONNECT } as const;

/** Whether a TLS server answers on that loopback port. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false, timeout: 2_000, ...anyTls });
    const settle = (yes: boolean): void => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('secureConnect', () => settle(true)).once('timeout', () => settle(false));
    socket.on('error', () => settle(false)).once('close', () => settle(false));
  });
}

/** A profile with these gateways in this order, reached by their loopback ports. */
export function profileOf(gateways: Ocserv | readonly Ocserv[], overrides: Partial<Profile> = {}): Profile {
  const all = gateways instanceof Ocserv ? [gateways] : gateways;
  const [first] = all;
  if (!first) throw new Error('a profile has a gateway');
  const trust: Trust = { kind: 'authority', pem: first.authorityPem };
  return {
    version: 1,
    id: 'peer',
    name: 'Campus with ocserv',
    gateways: all.map(({ host }) => host),
    protocol: 'anyconnect',
    tunnel: 'app',
    secondFactor: 'otp-field',
    labels: { userId: 'User ID', password: 'Password' },
    portal: { address: `https://${portalHost}/`, hosts: [portalHost], pages: 'other' },
    trust,
    connectTo: all.flatMap(({ connectTo }) => connectTo),
    ...overrides,
  };
}
