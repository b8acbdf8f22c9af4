import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundled } from './bundled.ts';
import { kill, type Namespace } from './namespaces.ts';
import type { Ocserv } from './gateways/ocserv.ts';
import { missingForUnit, UnitProcess } from './service.ts';

let made = 0;
const readyWithinMs = 20_000;

export interface HelperOptions {
  users?: readonly string[];
  /** As its configuration has them; absent: the lab's own, by its authority. */
  gateways?: readonly unknown[];
  lab?: Ocserv;
  /** Seconds. */
  grace?: number;
  /** One that was made of it, in place of Node and a bundle. */
  executable?: string;
  /** Its `/etc` is a copy, in which files can be replaced as on a computer of its own. */
  hasOwnEtc?: boolean;
}

/** The helper as root runs it, in a namespace: its files are where a test's command line says. */
export class HelperProcess {
  /** Below `/run`, which is root's alone, as the configuration has to be. */
  readonly directory: string;
  private child: ChildProcess | null = null;
  private said = '';
  /** The service, where the unit's limits can be had here. */
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
    return this.unit ? this.unit.said().slice(this.from) : this.said;
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

  /** Starts it, again where it was killed, and waits until it is ready. */
  async run(): Promise<void> {
    await this.prepared();
    const { unit } = this;
    if (unit) {
      const before = unit.said().length;
      await unit.start();
      await until(
        () => /^ready for /m.test(unit.said().slice(before)),
        () => `the helper is not ready:\n${unit.said().slice(before)}`,
      );
      this.from = before;
      return;
    }
    const [first, ...rest] = this.namespace.inside;
    const { program, places } = await this.args();
    const child = spawn(first, [...rest, ...program, 'serve', ...places], { stdio: ['ignore', 'pipe', 'pipe'] });
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
      // Whatever else was the service's goes with it (KillMode)
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
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** The package's user, and where it can be had the service's own limits. */
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
    // Where it is made, a service sees nothing
    if (executable === undefined) copyFileSync(await bundled('electron/helper/main.ts'), bundle);
    else copyFileSync(executable, own);
    const places = inUnit
      ? ['--config', this.configFile]
      : ['--config', this.configFile, '--run', join(this.directory, 'run'), '--state', join(this.directory, 'state')];
    return { program: executable === undefined ? [process.execPath, bundle] : [own], places: [...places, '--grace', String(grace)] };
  }
}

/** Waits for a condition. Throws with `what` where it does not come to be. */
async function until(isSo: () => boolean, what: () => string, look?: () => Promise<void>): Promise<void> {
  const end = performance.now() + readyWithinMs;
  for (await look?.(); !isSo(); await look?.()) {
    if (performance.now() > end) throw new Error(what());
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
