import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { descendants, kill, type Namespace } from './namespaces.ts';

const systemd = '/lib/systemd/systemd';
const root = join(import.meta.dirname, '../..');
const unit = join(root, 'build/services/causeway-helper.service');
const startTimeoutMs = 60_000;

/** Where cgroup v2 is mounted. Null: nowhere, or there is no systemd. */
const groups = !existsSync(systemd)
  ? null
  : (['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].find((folder) => existsSync(join(folder, 'cgroup.procs'))) ?? null);

/** Why a unit's limits cannot be tested on this machine. Null: they can. */
export const missingForUnit = groups === null ? 'no systemd, or no control groups of version 2' : null;

/**
 * The helper's unit under its own systemd, which is the first process of its own namespace, in a test's network namespace.
 * It is the file that the package installs, with all its limits on files, devices, capabilities and system calls. Only the
 * program and the place of its configuration are the test's.
 */
export class UnitProcess {
  private first: ChildProcess | null = null;
  private readonly group: string;
  /** What the helper prints. */
  readonly log: string;

  /** @param directory below `/run`; its `run` and `state` are the service's own folders inside */
  constructor(
    private readonly namespace: Namespace,
    private readonly directory: string,
    private readonly command: readonly string[],
    private readonly hasOwnEtc: boolean,
  ) {
    this.log = join(directory, 'log');
    this.group = join(groups ?? '/nowhere', `cw-${process.pid}-${namespace.name}`);
  }

  /** Gives a namespace this computer's users and the package's user. */
  static async addUser(namespace: Namespace, directory: string): Promise<void> {
    const fresh = join(directory, 'root/etc');
    mkdirSync(fresh, { recursive: true });
    const files = ['passwd', 'group'];
    for (const file of files) copyFileSync(join('/etc', file), join(fresh, file));
    await promisify(execFile)('systemd-sysusers', [`--root=${join(directory, 'root')}`, join(root, 'build/services/causeway-vpn.conf')]);
    for (const file of files) copyFileSync(join(fresh, file), namespace.file(file));
  }

  /** The helper's process id in this namespace. Its script is the same program, and process ids begin again at the highest. */
  get pid(): number {
    const { first } = this;
    const own = first?.pid === undefined ? [] : [...descendants(first.pid, 'node'), ...descendants(first.pid, 'causeway-helper')];
    return own.find((pid) => argumentsOf(pid).includes('serve')) ?? 0;
  }

  async start(): Promise<void> {
    if (this.first) {
      await this.systemctl('reset-failed');
      await this.systemctl('start');
      return;
    }
    for (const name of ['run', 'state']) mkdirSync(join(this.directory, name), { recursive: true });
    sweepGroups();
    mkdirSync(this.group);
    writeFileSync(this.log, '');
    copyFileSync(unit, join(this.directory, 'unit'));
    const args = this.command.map((word) => `"${word}"`).join(' ');
    writeFileSync(
      join(this.directory, 'drop-in'),
      [
        '[Unit]',
        'DefaultDependencies=no',
        'ConditionPathExists=',
        '[Service]',
        `ExecStart=`,
        `ExecStart=${args}`,
        // A test restarts it itself
        'Restart=no',
        'StandardOutput=null',
        `StandardError=append:${this.log}`,
        '',
      ].join('\n'),
    );
    writeFileSync(join(this.directory, 'boot'), boot(this.directory, this.hasOwnEtc), { mode: 0o755 });
    const own = ['unshare', '--mount', '--pid', '--cgroup', '--ipc', '--uts', '--fork', '--kill-child', join(this.directory, 'boot')];
    const enter = ['-c', `echo $$ > '${this.group}/cgroup.procs' && exec "$@"`, 'sh'];
    // Do this first: inside, these files are different
    this.first = spawn('/bin/sh', [...enter, ...this.namespace.inside, ...own], { stdio: ['ignore', 'ignore', 'inherit'] });
  }

  /** As an administrator would. */
  systemctl(verb: string): Promise<string> {
    return this.run('systemctl', verb, 'causeway-helper.service');
  }

  /** Runs a command where systemd runs: as root, and without the unit's limits. */
  async run(...command: readonly string[]): Promise<string> {
    const [pid] = this.first?.pid === undefined ? [] : descendants(this.first.pid, 'systemd');
    if (pid === undefined) throw new Error('systemd is gone');
    const args = ['-t', String(pid), '-m', '-p', '--', ...command];
    return (await promisify(execFile)('nsenter', args, { timeout: startTimeoutMs })).stdout;
  }

  output(): string {
    return existsSync(this.log) ? readFileSync(this.log, 'utf8') : '';
  }

  /** Ends systemd and everything below it. */
  async end(): Promise<void> {
    const { first } = this;
    this.first = null;
    if (first?.exitCode === null && first.signalCode === null) {
      const gone = once(first, 'exit');
      kill(first.pid);
      await gone;
    }
    await removeGroup(this.group);
  }
}

/** The words that a process was started with. None: it has ended. */
function argumentsOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

/** Removes a group once its last process has ended. */
async function removeGroup(group: string): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    try {
      for (const below of readFolders(group)) rmdirSync(below);
      rmdirSync(group);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** Removes the groups of dead test processes. */
function sweepGroups(): void {
  for (const name of groups === null ? [] : readdirSync(groups)) {
    const owner = /^cw-(\d+)-cw-/.exec(name)?.[1];
    if (owner !== undefined && !existsSync(`/proc/${owner}`)) void removeGroup(join(groups ?? '', name));
  }
}

/** The groups below one, deepest first. */
const readFolders = (group: string): string[] =>
  readdirSync(group, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort((one, other) => other.length - one.length);

/** Prepares what systemd needs, in its own namespaces. Changes nothing on this computer. */
const boot = (directory: string, hasOwnEtc: boolean): string => `#!/bin/sh
set -e
mount --make-rprivate /
mount -t proc proc /proc
umount -R /sys/fs/cgroup 2>/dev/null || true
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount --bind '${directory}' /mnt
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p '${directory}' /run/systemd/system/causeway-helper.service.d /run/causeway
mount --bind /mnt '${directory}'
mount --bind '${directory}/run' /run/causeway
mount -t tmpfs -o mode=755 tmpfs /var/lib
mkdir -p /var/lib/causeway
mount --bind '${directory}/state' /var/lib/causeway
umount /mnt
${hasOwnEtc ? 'mkdir /run/etc && cp -a /etc/. /run/etc/ && mount --bind /run/etc /etc' : ''}
cp '${directory}/unit' /run/systemd/system/causeway-helper.service
cp '${directory}/drop-in' /run/systemd/system/causeway-helper.service.d/test.conf
export container=lxc
exec ${systemd} --system --unit=causeway-helper.service --log-target=console --log-level=warning --show-status=0
`;
