import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { z } from 'zod';

/** Runs part of a bench in a process of its own. The parent calls its functions by name over Node's IPC channel. */

const callSchema = z.object({ id: z.number(), verb: z.string(), input: z.string() });
const replySchema = z.object({ id: z.number(), output: z.string().optional(), failure: z.string().optional() });
const readySchema = z.object({ ready: z.unknown() });

type Verb = (input: string) => Promise<string | undefined>;

/** In the child: sends `ready` to the parent, then serves calls until the parent disconnects. */
export function serveParent(ready: unknown, verbs: Record<string, Verb | ((input: string) => Promise<void>)>): void {
  process.on('disconnect', () => process.exit(0));
  process.on('message', (message) => {
    const { id, verb, input } = callSchema.parse(message);
    const run = verbs[verb];
    const reply = (result: { output?: string; failure?: string }): void => void process.send?.({ id, ...result });
    if (!run) reply({ failure: `no verb ${verb}` });
    else
      run(input).then(
        (output) => reply({ output: output ?? '' }),
        (thrown: unknown) => reply({ failure: String(thrown) }),
      );
  });
  process.send?.({ ready });
}

/** The parent's side of a child process. */
export class Child<T> {
  private constructor(
    private readonly process: ChildProcess,
    readonly ready: T,
  ) {}

  private static calls = 0;

  /** Starts a TypeScript file of the benches. Resolves once it has sent its `ready` value. */
  static async start<T>(
    file: string,
    schema: z.ZodType<T>,
    args: readonly string[] = [],
    execArgv: readonly string[] = [],
  ): Promise<Child<T>> {
    const child = fork(file, args, { execArgv: ['--import', 'tsx', ...execArgv], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const died = once(child, 'exit').then(([code]) => {
      throw new Error(`${file} ended with ${String(code)} before it was ready`);
    });
    const firstMessage = once(child, 'message').then(([message]) => readySchema.parse(message).ready);
    return new Child(child, schema.parse(await Promise.race([firstMessage, died])));
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  call(verb: string, input = ''): Promise<string> {
    const id = ++Child.calls;
    return new Promise((resolve, reject) => {
      const listen = (message: unknown): void => {
        const reply = replySchema.parse(message);
        if (reply.id !== id) return;
        this.process.off('message', listen);
        if (reply.failure === undefined) resolve(reply.output ?? '');
        else reject(new Error(reply.failure));
      };
      this.process.on('message', listen);
      this.process.send({ id, verb, input });
    });
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null) return;
    const gone = once(this.process, 'exit');
    this.process.disconnect();
    await gone;
  }
}
