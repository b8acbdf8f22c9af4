import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundled } from './bundled.ts';
import { kill, type Namespace } from './namespaces.ts';
import type { Ocserv } from './gateways/ocserv.ts';
import { missingForUnit, UnitProcess } from './service.ts';

let made = 0;
const readyTimeoutMs = 20_000;

export interface HelperOptions {
  users?: readonly string[];
  /** Gateways for its configuration. Default: the lab's own, verified by its authority. */
  gateways?: readonly unknown[];
  lab?: Ocserv;
  /** Seconds. */
  grace?: number;
  /** The built executable, to use instead of Node and a bundle. */
  executable?: string;
  /** Gives it a copy of `/etc`, in which a test can replace files. */
  hasOwnEtc?: boolean;
}

/** The helper run by root in a namespace, with the test's own paths. */
export class HelperProcess {
  /** Below `/run`, where only root can write, as the configuration requires. */
  readonly directory: string;
  private child: ChildProcess | null = null;
  private output = '';
  /** The systemd service, if this machine can apply the unit's limits. */
  unit: UnitProcess | null = null;
  private from = 0;
  private isPrepared = false;

  private constructor(
    private readonly namespace: Namespace,
    private readonly wishes: HelperOptions,
  ) {
    made += 1;
    this.directory = `/run/cw-h-${process.pid}-${made}`;
    mkdirSync(this.directory, { mode: 0o755 });
    this.configure({});
  }

  static async start(namespace: Namespace, wishes: HelperOptions = {}): Promise<HelperProcess> {
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
    return this.unit ? this.unit.output().slice(this.from) : this.output;
  }

  /** The lab's gateway, verified by its authority. */
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

  /** Starts or restarts it, and waits until it is ready. */
  async run(): Promise<void> {
    await this.prepared();
    const { unit } = this;
    if (unit) {
      const before = unit.output().length;
      await unit.start();
      await until(
        () => /^ready for /m.test(unit.output().slice(before)),
        () => `the helper is not ready:\n${unit.output().slice(before)}`,
      );
      this.from = before;
      return;
    }
    const [first, ...rest] = this.namespace.inside;
    const { program, places } = await this.args();
    const child = spawn(first, [...rest, ...program, 'serve', ...places], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    const ready = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`the helper is not ready:\n${this.output}`)), readyTimeoutMs);
      child.once('exit', () => reject(new Error(`the helper ended:\n${this.output}`)));
      child.stderr.on('data', (bytes: Buffer) => {
        this.output += bytes.toString('utf8');
        if (!/^ready for /m.test(this.output)) return;
        clearTimeout(timer);
        resolve();
      });
    });
    this.output = '';
    await ready;
  }

  get pid(): number {
    return this.unit ? this.unit.pid : (this.child?.pid ?? 0);
  }

  async kill(): Promise<void> {
    const { child, unit } = this;
    if (unit) {
      const { pid } = unit;
      kill(pid);
      await until(
        () => !existsSync(`/proc/${pid}`),
        () => 'the helper lives on',
      );
      // The service's other processes are killed too (KillMode)
      let state = '';
      const look = async (): Promise<void> => {
        state = await unit
          .systemctl('is-active')
          .catch((error: unknown) => (error instanceof Error && 'stdout' in error ? String(error.stdout) : ''));
      };
      await until(
        () => /^(failed|inactive)/.test(state),
        () => `the service is ${state}`,
        look,
      );
      return;
    }
    if (child?.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** As the system stops a service. */
  async stop(): Promise<void> {
    const { child, unit } = this;
    if (unit) {
      await unit.systemctl('stop').catch(() => undefined);
      await unit.end();
    }
    if (child?.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    // What it has started may still write to it
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }

  /** Creates the package's user, and applies the service's limits if possible. */
  private async prepared(): Promise<void> {
    if (this.isPrepared) return;
    this.isPrepared = true;
    await UnitProcess.addUser(this.namespace, this.directory);
    if (missingForUnit !== null) {
      console.warn(`WITHOUT THE UNIT'S LIMITS: ${missingForUnit}`);
      return;
    }
    const { program, places } = await this.args();
    this.unit = new UnitProcess(this.namespace, this.directory, [...program, 'serve', ...places], this.wishes.hasOwnEtc ?? false);
  }

  private async args(): Promise<{ program: readonly string[]; places: readonly string[] }> {
    const { executable, grace = 1 } = this.wishes;
    const inUnit = missingForUnit === null;
    const bundle = join(this.directory, 'main.mjs');
    const own = join(this.directory, 'causeway-helper');
    // A service cannot see the folder where it was built
    if (executable === undefined) copyFileSync(await bundled('electron/helper/main.ts'), bundle);
    else copyFileSync(executable, own);
    const places = inUnit
      ? ['--config', this.configFile]
      : ['--config', this.configFile, '--run', join(this.directory, 'run'), '--state', join(this.directory, 'state')];
    return { program: executable === undefined ? [process.execPath, bundle] : [own], places: [...places, '--grace', String(grace)] };
  }
}

/** Waits for a condition. Throws with `what` if it never becomes true. */
async function until(isSo: () => boolean, what: () => string, look?: () => Promise<void>): Promise<void> {
  const end = performance.now() + readyTimeoutMs;
  for (await look?.(); !isSo(); await look?.()) {
    if (performance.now() > end) throw new Error(what());
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
