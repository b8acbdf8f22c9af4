import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Tools } from '../../electron/app/check/doctor.ts';
import { eventSchema, type CommandEvent } from '../../electron/cli/report.ts';
import type { Host } from '../../electron/cli/host.ts';
import { run } from '../../electron/cli/run.ts';
import type { TerminalLocalizer } from '../../electron/cli/terminal-localizer.ts';
import type { LineOptions, Terminal } from '../../electron/cli/terminal.ts';
import { withoutPolicy, type PolicyView } from '../../electron/app/policy/policy-control.ts';
import { campusDriver } from '../../electron/gateways/campus/driver.ts';
import type { ShippedCampus } from '../../electron/storage/campuses.ts';
import { Secrets } from '../../electron/storage/secrets.ts';
import { Settings } from '../../electron/storage/settings.ts';
import { directDial } from '../../electron/tunnels/direct.ts';
import { relayTunnel } from '../../electron/tunnels/relay.ts';
import { CausewayError } from '../../shared/failure.ts';
import type { Profile } from '../../shared/profile.ts';
import type { Core } from '../../electron/cli/local-session.ts';
import { handEnvironment } from './access.ts';
import { memoryKeytar } from './app.ts';
import { englishTerminal } from './english.ts';
import { bareTools } from './check-tools.ts';
import { removeFolder } from './folders.ts';

/** What a person types for a question, when the test lets them. Null: nothing, until the question is withdrawn. */
export type Typist = (question: string, seen: string) => string | null | Promise<string | null>;

export interface CliRun {
  /** Everything shown to the person, questions included. */
  readonly seen: string;
  readonly out: string;
  /** The events of `--json`, each parsed by its schema. */
  readonly events: CommandEvent[];
  /** Questions whose answers were not echoed. */
  readonly hidden: string[];
  /** Presses Ctrl-C. */
  interrupt(): void;
  readonly code: Promise<number>;
  /** The exit code after the second Ctrl-C. */
  readonly left: number | null;
  /** Waits until `pick` finds something. */
  until<T>(pick: (run: CliRun) => T | null | undefined | false): Promise<T>;
}

export interface CliOptions {
  typist?: Typist;
  folder: string;
  core?: Partial<Core>;
  tools?: Partial<Tools>;
  /** The campuses that ship with Causeway. None by default. */
  campuses?: readonly ShippedCampus[];
  /** English by default. */
  localizer?: TerminalLocalizer;
  /** The computer's policy. None by default. */
  policy?: PolicyView;
}

/** A settings folder with these profiles, until the test ends. */
export async function cliFolder(profiles: readonly Profile[] = []): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'causeway-cli-'));
  onTestFinished(() => removeFolder(folder));
  (await Settings.open(folder)).update(() => ({ profiles: [...profiles] }));
  return folder;
}

/** A file of answers that only its owner can read. */
export async function answersFile(folder: string, answers: unknown, mode = 0o600): Promise<string> {
  const file = join(folder, 'answers.json');
  await writeFile(file, typeof answers === 'string' ? answers : JSON.stringify(answers));
  await chmod(file, mode);
  return file;
}

/** Runs a command in this process. With a typist, a person sits at the terminal. */
export function startCli(argv: readonly string[], options: CliOptions): CliRun {
  const { typist, folder, core = {}, tools = {}, campuses = [], localizer = englishTerminal, policy = withoutPolicy } = options;
  const interrupts = new Set<() => void>();
  const watchers = new Set<() => void>();
  const changed = (): void => {
    for (const look of watchers) look();
  };
  const hidden: string[] = [];
  let out = '';
  let seen = '';
  let left: number | null = null;
  const show = (text: string): void => {
    seen += text;
    changed();
  };
  const terminal: Terminal = {
    say: (text) => show(`${text}\n`),
    async line(question: string, options: LineOptions) {
      show(question);
      if (options.hidden === true) hidden.push(question);
      const gone = new Promise<null>((resolve) => options.signal.addEventListener('abort', () => resolve(null), { once: true }));
      const line = await Promise.race([Promise.resolve(typist?.(question, seen) ?? null).then((typed) => typed ?? gone), gone]);
      if (line === null) throw new CausewayError({ code: 'cancelled' });
      return line;
    },
  };
  const host: Host = {
    version: '0.0.0',
    folder,
    localizer,
    terminal: typist ? terminal : null,
    noTerminal: 'noTerminal',
    out(text) {
      out += text;
      show(text);
    },
    err: show,
    seen: typist !== undefined,
    onInterrupt(listener) {
      interrupts.add(listener);
      return () => interrupts.delete(listener);
    },
    campuses: () => Promise.resolve(campuses),
    policy,
    tools: {
      ...bareTools,
      ...tools,
    },
    exitNow: (code) => {
      left = code;
      changed();
    },
    core: (settings) => ({
      settings,
      secrets: new Secrets(() => Promise.resolve(memoryKeytar())),
      version: '0.0.0',
      drivers: { campus: campusDriver },
      tunnels: { relay: relayTunnel },
      direct: directDial,
      environment: handEnvironment(),
      now: Date.now,
      random: Math.random,
      log: () => undefined,
      ...core,
    }),
  };
  const started: CliRun = {
    get seen() {
      return seen;
    },
    get out() {
      return out;
    },
    get events() {
      const lines = out.split('\n').filter((line) => line !== '');
      return lines.map((line) => eventSchema.parse(JSON.parse(line)));
    },
    hidden,
    interrupt() {
      for (const listener of interrupts) listener();
    },
    code: run(argv, host),
    get left() {
      return left;
    },
    until: (pick) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          watchers.delete(look);
          reject(new Error(`waited in vain; seen:\n${seen}`));
        }, 20_000);
        const look = (): void => {
          const found = pick(started);
          if (found === null || found === undefined || found === false) return;
          clearTimeout(timer);
          watchers.delete(look);
          resolve(found);
        };
        watchers.add(look);
        look();
      }),
  };
  // A test that ends early leaves no session behind
  onTestFinished(async () => {
    started.interrupt();
    await started.code;
  });
  return started;
}

/** The HTTP proxy's answer to a CONNECT with these credentials. */
export function throughProxy(address: string, credentials: string, target: string): Promise<number> {
  const { hostname: host, port } = new URL(address);
  return new Promise((resolve, reject) => {
    const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
    const request = http.request({ host, port, method: 'CONNECT', path: target, headers: { 'proxy-authorization': authorization } });
    request.on('connect', (response, socket) => {
      socket.destroy();
      resolve(response.statusCode ?? 0);
    });
    request.on('error', reject);
    request.end();
  });
}
