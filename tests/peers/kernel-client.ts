import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { kill, Namespace } from './namespaces.ts';

const upTimeoutMs = 20_000;

/** Where a gateway is, and what lets a client in. */
export interface KernelClientOptions {
  /** The full path of the program. */
  openconnect: string;
  protocol: string;
  gateway: { host: string; port: number; pin: string };
  cookie: string;
  nameServer: string;
  args?: readonly string[];
}

/**
 * The openconnect program with its device in a network namespace, where programs have no other way out. The kernel closes
 * halves, scales windows, and tells every error. Needs root.
 */
export class KernelClient {
  output = '';
  readonly exited: Promise<number | null>;

  private constructor(
    readonly namespace: Namespace,
    private readonly folder: string,
    private readonly child: ChildProcess,
  ) {
    this.exited = once(child, 'exit').then(([code]: unknown[]) => (typeof code === 'number' ? code : null));
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (this.output += String(chunk)));
  }

  static async start({ openconnect, protocol, gateway, cookie, nameServer, args = [] }: KernelClientOptions): Promise<KernelClient> {
    const names = `nameserver ${nameServer}\nsearch campus.test\noptions timeout:2\n`;
    const namespace = await Namespace.create('c', { 'resolv.conf': names });
    const folder = mkdtempSync(join(tmpdir(), 'causeway-kernel-'));
    const script = join(folder, 'script');
    writeFileSync(script, scriptFor(namespace.name, folder), { mode: 0o755 });
    const { host, port, pin } = gateway;
    const all = [`--protocol=${protocol}`, '--cookie-on-stdin', '--non-inter', `--servercert=${pin}`, `--resolve=${host}:127.0.0.1`];
    const child = spawn(openconnect, [...all, `--script=${script}`, ...args, `https://${host}:${port}/`], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { LC_ALL: 'C', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    });
    child.stdin.on('error', () => undefined).end(`${cookie}\n`);
    const client = new KernelClient(namespace, folder, child);
    try {
      const until = Date.now() + upTimeoutMs;
      while (!existsSync(join(folder, 'up')) && child.exitCode === null && Date.now() < until) await delay(20);
      if (!existsSync(join(folder, 'up'))) throw new Error(`openconnect ended with ${String(child.exitCode)}: ${client.output}`);
      return client;
    } catch (error) {
      await client.stop();
      throw error;
    }
  }

  /** What the gateway pushed: MTU, name servers, domain, first route, IPv6 address. */
  pushed(): string {
    return readFileSync(join(this.folder, 'up'), 'utf8').trim();
  }

  signal(signal: NodeJS.Signals): void {
    kill(this.child.pid, signal);
  }

  /** Runs code in a Node inside the namespace. It calls `tell(value)` once, or its error's code is the result. */
  async run(code: string): Promise<unknown> {
    return JSON.parse(await this.namespace.run(process.execPath, ['-e', around(code)], { timeout: 60_000 }));
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      kill(this.child.pid, 'SIGTERM');
      await this.exited;
    }
    this.namespace.destroyNow();
    // What it has started may still write to it
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

/** The device moves into the namespace, and stays the one that openconnect reads from. */
const scriptFor = (namespace: string, folder: string): string => `#!/bin/sh
set -e
[ "$reason" = connect ] || exit 0
ip link set dev "$TUNDEV" netns ${namespace}
ip -n ${namespace} addr add "$INTERNAL_IP4_ADDRESS/32" dev "$TUNDEV"
ip -n ${namespace} link set dev "$TUNDEV" mtu "$INTERNAL_IP4_MTU" up
ip -n ${namespace} route add "$CISCO_SPLIT_INC_0_ADDR/$CISCO_SPLIT_INC_0_MASKLEN" dev "$TUNDEV"
address6="\${INTERNAL_IP6_NETMASK%/*}"
address6="\${address6:-$INTERNAL_IP6_ADDRESS}"
[ -z "$address6" ] || ip -n ${namespace} -6 addr add "$address6/64" dev "$TUNDEV" nodad
echo "$INTERNAL_IP4_MTU $INTERNAL_IP4_DNS $CISCO_DEF_DOMAIN $CISCO_SPLIT_INC_0_ADDR/$CISCO_SPLIT_INC_0_MASKLEN $address6" > ${folder}/up.new
mv ${folder}/up.new ${folder}/up
`;

const around = (code: string): string => `
  const net = require('node:net'), dns = require('node:dns').promises, { createHash } = require('node:crypto');
  const tell = (value) => { console.log(JSON.stringify(value)); process.exit(); };
  const dial = (to) => net.connect({ ...to, allowHalfOpen: true }).on('error', (error) => tell(error.code));
  const digest = (socket) => new Promise((done) => { const hash = createHash('sha256'); socket.on('data', (chunk) => hash.update(chunk)).on('end', () => done(hash.digest('hex'))); });
  const whole = (socket) => new Promise((done) => { let all = ''; socket.on('data', (chunk) => (all += chunk)).on('end', () => done(all)); });
  (async () => { ${code} })().catch((error) => tell(error.code ?? String(error)));`;
