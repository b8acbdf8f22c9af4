import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { eventSchema } from '../../../electron/cli/report.ts';
import type { Profile } from '../../../shared/profile.ts';
import { profileOf, type Ocserv } from '../../peers/gateways/ocserv.ts';

const command = path.resolve(import.meta.dirname, '../../../dist/causeway.mjs');

/** The core without a window, connected: `causeway connect` with a proxy for other programs. */
export class Core {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    readonly proxy: { port: number; user: string; secret: string },
  ) {}

  /** @param from whether it runs in the root namespace, through the loopback port, or in the client's own */
  static async start(lab: Ocserv, user: string, from: 'loopback' | 'client', port = 0): Promise<Core> {
    const folder = mkdtempSync(path.join(tmpdir(), 'causeway-core-'));
    const profile: Profile = from === 'loopback' ? profileOf(lab) : { ...profileOf(lab), connectTo: [] };
    const file = (name: string, value: unknown): string => {
      writeFileSync(path.join(folder, name), JSON.stringify(value), { mode: 0o600 });
      return path.join(folder, name);
    };
    const { password, key } = lab.user(user);
    const commandLine = [
      command,
      'connect',
      file('profile.causeway', profile),
      `--answers=${file('answers.json', { user, password, totp: key, notice: 'proceed' })}`,
      `--app-tunnel=${port}`,
      '--json',
      '--show-secret',
      `--user-data-dir=${path.join(folder, 'user')}`,
    ];
    const [first = process.execPath, ...rest] = [
      ...(from === 'client' && lab.client ? lab.client.inside : []),
      process.execPath,
      ...commandLine,
    ];
    const child = spawn(first, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
    const proxy = await new Promise<Core['proxy']>((resolve, reject) => {
      let endpoint: Core['proxy'] | null = null;
      let last = '';
      // Keep reading to the end: a program whose output nobody reads ends
      createInterface({ input: child.stdout })
        .on('line', (line) => {
          last = line;
          const event = eventSchema.parse(JSON.parse(line));
          if (event.event === 'proxy' && event.secret !== undefined)
            endpoint = { port: Number(new URL(event.address).port), user: event.user, secret: event.secret };
          if (event.event === 'state' && event.state === 'connected' && endpoint) resolve(endpoint);
        })
        .on('close', () => reject(new Error(`not connected: ${last}`)));
    });
    return new Core(child, folder, proxy);
  }

  /** Resident memory of the core and its workers in KiB, without openconnect and ocproxy. */
  get residentKiB(): number {
    const parents = new Map<number, { parent: number; name: string; resident: number }>();
    for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        const status = readFileSync(`/proc/${entry}/status`, 'utf8');
        const value = (key: string): string => new RegExp(`^${key}:\\s+(\\S+)`, 'm').exec(status)?.[1] ?? '';
        parents.set(Number(entry), { parent: Number(value('PPid')), name: value('Name'), resident: Number(value('VmRSS')) });
      } catch {
        continue; // the process has ended
      }
    }
    const ours = (pid: number): boolean => pid === this.child.pid || (parents.has(pid) && ours(parents.get(pid)?.parent ?? 0));
    const counted = [...parents].filter(([pid, { name }]) => ours(pid) && /^(node|MainThread)/.test(name));
    return counted.reduce((sum, [, { resident }]) => sum + resident, 0);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null) {
      const gone = once(this.child, 'exit');
      this.child.kill('SIGINT');
      await gone;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
