import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundled } from './bundled.ts';
import type { Namespace } from './namespaces.ts';
import type { Ocserv } from './ocserv.ts';

let made = 0;
const readyWithinMs = 20_000;

export interface HelperWishes {
  users?: readonly string[];
  /** As its configuration has them; absent: the lab's own, by its authority. */
  gateways?: readonly unknown[];
  lab?: Ocserv;
  /** Seconds. */
  grace?: number;
  /** One that was made of it, in place of Node and a bundle. */
  executable?: string;
}

/** The helper as root runs it, in a namespace: its files are where a test's command line says. */
export class HelperProcess {
  /** Below `/run`, which is root's alone, as the configuration has to be. */
  readonly directory: string;
  private child: ChildProcess | null = null;
  private said = '';

  private constructor(
    private readonly namespace: Namespace,
    private readonly wishes: HelperWishes,
  ) {
    made += 1;
    this.directory = `/run/cw-h-${process.pid}-${made}`;
    mkdirSync(this.directory, { mode: 0o755 });
    this.configure({});
  }

  static async start(namespace: Namespace, wishes: HelperWishes = {}): Promise<HelperProcess> {
    const helper = new HelperProcess(namespace, wishes);
    await helper.run();
    return helper;
  }

  get configFile(): string {
    return join(this.directory, 'helper.json');
  }

  socket(user = 'root'): string {
    return join(this.directory, 'run', `${user}.sock`);
  }

  log(): string {
    return this.said;
  }

  /** The lab's gateway, proved by its authority. */
  get gateway(): unknown {
    const { lab } = this.wishes;
    if (!lab) return 'vpn.campus.test';
    const authority = join(this.directory, 'authority.pem');
    writeFileSync(authority, lab.authorityPem, { mode: 0o644 });
    return { host: lab.host, trust: { authority } };
  }

  configure(changes: Readonly<Record<string, unknown>>): void {
    const config = { users: this.wishes.users ?? ['root', 'nobody'], gateways: this.wishes.gateways ?? [this.gateway], ...changes };
    writeFileSync(this.configFile, JSON.stringify(config), { mode: 0o644 });
  }

  /** The words that start it. */
  async command(): Promise<readonly [string, ...string[]]> {
    const { executable } = this.wishes;
    const program = executable === undefined ? [process.execPath, await bundled('../../electron/helper/main.ts')] : [executable];
    const places = ['--config', this.configFile, '--run', join(this.directory, 'run'), '--state', join(this.directory, 'state')];
    const [first, ...rest] = this.namespace.inside;
    return [first, ...rest, ...program, ...places, '--grace', String(this.wishes.grace ?? 1)];
  }

  /** Starts it, again where it was killed, and waits until it is ready. */
  async run(): Promise<void> {
    const [command, ...words] = await this.command();
    const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    const ready = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`the helper is not ready:\n${this.said}`)), readyWithinMs);
      child.once('exit', () => reject(new Error(`the helper ended:\n${this.said}`)));
      child.stderr.on('data', (bytes: Buffer) => {
        this.said += bytes.toString('utf8');
        if (!/^ready for /m.test(this.said)) return;
        clearTimeout(timer);
        resolve();
      });
    });
    this.said = '';
    await ready;
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  async kill(): Promise<void> {
    const { child } = this;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** As the system stops a service. */
  async stop(): Promise<void> {
    const { child } = this;
    if (child?.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    rmSync(this.directory, { recursive: true, force: true });
  }
}
