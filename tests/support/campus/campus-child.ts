import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir } from 'node:fs/promises';
import { request } from 'node:https';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import * as z from 'zod';
import { Visitor } from './visitor.ts';

const root = join(import.meta.dirname, '../../..');
const readySchema = z.object({
  ready: z.literal(true),
  port: z.number(),
  portalPort: z.number(),
  authority: z.object({ pem: z.string() }),
});

/** Bundles `npm run campus` into one file below `folder`. A test that starts it forty times then waits a third as long. */
export async function bundleCampus(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await build({
    entryPoints: { 'campus': join(root, 'campus/main.ts'), 'die-at-write': join(import.meta.dirname, 'die-at-write.ts') },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'warning',
  });
  // The files that the pages read at run time, beside the code as in the sources
  for (const name of ['styles', 'scripts', 'live.js', 'crest.svg'])
    await cp(join(root, 'campus/pages', name), join(folder, name), { recursive: true });
  return join(folder, 'campus.mjs');
}

/** A campus's sites as people on campus reach them. */
export interface CampusSites {
  readonly portal: Visitor;
  readonly phones: Visitor;
  /** One call of the recovery site's JSON interface. */
  recovery(path: string, body: unknown): Promise<{ status: number; reply: unknown }>;
}

/** A campus in its own process, on campus, so that its portal is reached directly. */
export interface CampusChild extends CampusSites {
  /** From now on, the campus kills itself at its nth step of writing a file. See `die-at-write.ts`. */
  dieAtWrite(step: number): Promise<void>;
  /** `kill -9`. Resolves once the process is gone. */
  kill(): Promise<void>;
}

/** Starts the bundled campus on a data directory. Its local sockets go to `runtime`. */
export async function startCampusChild(program: string, data: string, runtime: string): Promise<CampusChild> {
  const hook = join(dirname(program), 'die-at-write.mjs');
  const child = spawn(process.execPath, ['--import', hook, program, '--port', '0', '--json', '--quiet', '--on-campus', '--data', data], {
    env: { ...process.env, XDG_RUNTIME_DIR: runtime },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  return {
    ...sitesOf(await readiness(child)),
    async dieAtWrite(step) {
      const armed = once(child, 'message');
      child.send(step);
      await armed;
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** The sites of a campus that runs on campus, in any process. */
export function sitesOf({ port, portalPort, authority }: { port: number; portalPort: number; authority: { pem: string } }): CampusSites {
  const send = sender(authority.pem);
  const at = (host: string, its: number) => new Visitor(`https://${host}:${its}`, send);
  const recovery = at('recovery.campus.test', port);
  return {
    portal: at('2fa.campus.test', portalPort),
    phones: at('phone.campus.test', port),
    async recovery(path, body) {
      const headers = { 'content-type': 'application/json' };
      const response = await recovery.fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
      return { status: response.status, reply: await response.json() };
    },
  };
}

async function readiness({ stdout }: ChildProcess) {
  if (!stdout) throw new Error('the campus has no output');
  for await (const line of createInterface({ input: stdout })) return readySchema.parse(JSON.parse(line));
  throw new Error('the campus said nothing');
}

/** A `fetch` that resolves every name to loopback and trusts one authority only. */
export const sender =
  (ca: string) =>
  async (address: URL, init: RequestInit): Promise<Response> => {
    const asked = new Request(address, init);
    const body = Buffer.from(await asked.arrayBuffer());
    return new Promise((resolve, reject) => {
      const headers = { ...Object.fromEntries(asked.headers), 'host': address.host, 'content-length': String(body.length) };
      const options = { host: '127.0.0.1', port: address.port, path: address.pathname + address.search, servername: address.hostname, ca };
      request({ ...options, method: asked.method, headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const pairs = response.rawHeaders.flatMap((name, index): [string, string][] =>
            index % 2 === 0 ? [[name, response.rawHeaders[index + 1] ?? '']] : [],
          );
          const status = response.statusCode ?? 0;
          resolve(new Response(status === 204 || status === 303 ? null : Buffer.concat(chunks), { status, headers: pairs }));
        });
      })
        .on('error', reject)
        .end(body);
    });
  };
