import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { OpenConnectGrant } from '../../electron/gateways/gateway.ts';
import type { AccessState, AccessStateKind, AccessStateOf } from '../../shared/access-state.ts';
import { CausewayError, failureSchema } from '../../shared/failure.ts';
import type { Profile } from '../../shared/profile.ts';
import { bundled } from './bundled.ts';
import { bothLibraries, workerFile } from './openconnect-bench.ts';
import type { Namespace } from './namespaces.ts';

const isState = (value: unknown): value is AccessState => typeof value === 'object' && value !== null && 'kind' in value;
const newsSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('state'), state: z.custom<AccessState>(isState) }),
  z.object({ type: z.literal('log'), line: z.string() }),
  z.object({ type: z.literal('reply'), id: z.number(), value: z.unknown().optional(), failure: z.optional(failureSchema) }),
]);

export interface ClientOptions {
  /** The namespace to run in. Default: this one. */
  namespace?: Namespace | null;
  /** The user to run as. Default: the current one. */
  uid?: number;
}

/** The client without a user interface, in its own process. */
export class ClientProcess {
  readonly states: AccessState[] = [];
  readonly log: string[] = [];
  private asked = 0;
  private readonly waiting = new Map<number, (reply: { value?: unknown; failure?: z.infer<typeof failureSchema> | undefined }) => void>();
  private readonly watchers = new Set<() => void>();

  /** Rejects when its process ends. */
  private readonly ended: Promise<never>;

  private constructor(readonly child: ChildProcess) {
    this.ended = ended(child);
    this.ended.catch(() => undefined);
    child.on('message', (message) => {
      const news = newsSchema.parse(message);
      if (news.type === 'state') this.states.push(news.state);
      if (news.type === 'log') this.log.push(news.line);
      if (news.type === 'reply') this.waiting.get(news.id)?.(news);
      for (const watcher of this.watchers) watcher();
    });
  }

  static async start({ namespace, uid }: ClientOptions = {}): Promise<ClientProcess> {
    const file = await bundled('tests/peers/client-child.ts');
    const as = uid === undefined ? [] : ['/usr/bin/setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--no-new-privs'];
    const [command = process.execPath, ...args] = [...(namespace?.inside ?? []), ...as, process.execPath];
    const worker = await workerFile();
    const env = { ...process.env, CLIENT_WORKER: worker, CLIENT_LIBRARY: readableLibrary(dirname(worker)) };
    const child = fork(file, { execPath: command, execArgv: args, env });
    await Promise.race([once(child, 'message'), ended(child)]);
    return new ClientProcess(child);
  }

  get state(): AccessState | undefined {
    return this.states.at(-1);
  }

  async connect(profile: Profile, grant: OpenConnectGrant, helperSocket?: string): Promise<void> {
    await this.ask({ type: 'connect', profile, grant, ...(helperSocket === undefined ? {} : { helperSocket }) });
  }

  /** The front page of a host through the tunnel. */
  async page(host: string, withinMs = 10_000): Promise<string> {
    return z.string().parse(await this.ask({ type: 'page', host, withinMs }));
  }

  async traffic(): Promise<{ received: number; sent: number }> {
    return z.object({ received: z.number(), sent: z.number() }).parse(await this.ask({ type: 'traffic' }));
  }

  async networkChange(): Promise<void> {
    await this.ask({ type: 'network-change' });
  }

  async disconnect(): Promise<void> {
    await this.ask({ type: 'disconnect' });
  }

  /** Waits until the client is in that state. With `next`, ignores the current state. */
  reach<K extends AccessStateKind>(kind: K, { next = false, withinMs = 25_000 } = {}): Promise<AccessStateOf<K>> {
    const from = next ? this.states.length : Math.max(0, this.states.length - 1);
    const fits = (state: AccessState): state is AccessStateOf<K> => state.kind === kind;
    const reached = new Promise<AccessStateOf<K>>((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        this.watchers.delete(look);
      };
      const look = (): void => {
        const found = this.states.slice(from).find(fits);
        if (!found) return;
        settle();
        resolve(found);
      };
      const failed = (why: string): void => {
        settle();
        reject(new Error(`waited for ${kind}: ${why}, still ${JSON.stringify(this.state)}\n${this.log.join('\n')}`));
      };
      const timer = setTimeout(() => failed('in vain'), withinMs);
      this.watchers.add(look);
      look();
      this.ended.catch((error: unknown) => failed(String(error)));
    });
    // If nobody waits for this promise, the test has already failed
    reached.catch(() => undefined);
    return reached;
  }

  /** `kill -9`, like a crash. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }

  private ask(order: { type: string } & Record<string, unknown>): Promise<unknown> {
    this.asked += 1;
    const id = this.asked;
    const { child, waiting } = this;
    const reply = new Promise((resolve, reject) => {
      waiting.set(id, ({ value, failure }) => {
        if (failure) reject(new CausewayError(failure));
        else resolve(value);
      });
      child.send({ ...order, id }, (error) => {
        if (error) reject(error);
      });
    });
    return Promise.race([reply, this.ended]).finally(() => waiting.delete(id));
  }
}

/** The library in a folder where other users can read it. Ours is in the cache of the user who built it. */
function readableLibrary(folder: string): string {
  const file = join(folder, 'libopenconnect.so.5');
  const [, library] = bothLibraries[0] ?? [];
  if (library !== undefined && !existsSync(file)) copyFileSync(library, file);
  return file;
}

/** Rejects when the process ends, so that waiting for its output need not time out. */
async function ended(child: ChildProcess): Promise<never> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  throw new Error(`the client's process ended, ${child.signalCode ?? `exit code ${child.exitCode}`}`);
}
