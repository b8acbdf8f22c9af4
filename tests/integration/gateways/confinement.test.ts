import { closeSync, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs';
import { fork, spawn, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { build, type BuildOptions } from 'esbuild';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { workerFile } from '../../peers/openconnect-bench.ts';
import { listen } from '../../support/servers.ts';

const reportSchema = z.object({
  before: z.array(z.string()),
  after: z.array(z.string()),
  inThread: z.unknown(),
  inMain: z.unknown(),
  environment: z.record(z.string(), z.string()),
  folder: z.string(),
});

let bundle: Promise<string> | null = null;

/** In this repository, where koffi is found. */
const built = (): Promise<string> =>
  (bundle ??= (async () => {
    const folder = join(process.cwd(), 'out', `confined-child-${process.pid}`);
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    const outfile = join(folder, 'confined-child.mjs');
    const options = { bundle: true, platform: 'node', format: 'esm', target: 'node20', external: ['koffi'] } satisfies BuildOptions;
    await build({ ...options, entryPoints: ['tests/peers/confined-child.ts'], outfile });
    return outfile;
  })());

/** What a process reports that has confined itself. */
async function report(
  stdio: StdioOptions = ['ignore', 'pipe', 'inherit'],
  args: readonly string[] = [],
): Promise<z.infer<typeof reportSchema>> {
  const file = await built();
  const child = spawn(process.execPath, [file, ...args], { stdio, cwd: process.cwd(), env: { ...process.env, SECRET: 'x' } });
  if (!child.stdout) throw new Error('no output');
  return reportSchema.parse(JSON.parse(await text(child.stdout)));
}

describe.skipIf(process.platform !== 'linux')('the process of a tunnel', () => {
  test('a confined process has no environment and no folder, and starts threads but no programs, from any thread', async () => {
    const { before, after, inThread, inMain, environment, folder } = await report();
    expect(before).toEqual(
      expect.arrayContaining([
        'its environment is not empty',
        expect.stringContaining('its folder is'),
        'other processes can read its memory',
        'a thread may gain privileges',
        'a thread has no filter',
        'it can start programs',
      ]),
    );
    expect(after).toEqual([]);
    expect([inThread, inMain]).toEqual(['EPERM', 'EPERM']);
    expect([environment, folder]).toEqual([{}, '/']);
  });

  test('a process that inherited a file or a folder finds out', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'causeway-inherited-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const inherited = join(folder, 'file');
    const files = [openSync(inherited, 'w'), openSync(folder, 'r')];
    onTestFinished(() => files.forEach(closeSync));
    const { after } = await report(['ignore', 'pipe', 'inherit', ...files]);
    expect(after).toEqual([`it has a file: ${inherited}`, `it has a file: ${folder}`]);
  });

  test('the library’s process keeps nothing that a script had open when it started the command line', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'causeway-inherited-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    // As `flock 200` is used; Node itself keeps the first ones from its children
    const script = ['-c', 'exec 200>"$0" 201<"$(dirname "$0")"; exec "$@"', join(folder, 'lock'), process.execPath];
    const worker = fork(await workerFile(), { execPath: '/bin/bash', execArgv: script, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    onTestFinished(() => void worker.kill('SIGKILL'));
    worker.send({ type: 'ping' });
    expect((await once(worker, 'message'))[0]).toEqual({ type: 'pong' });
    const open = readdirSync(`/proc/${worker.pid ?? 0}/fd`).map(Number);
    expect(open).toContain(3);
    expect(open.filter((fd) => fd >= 200)).toEqual([]);
  });

  test('a process that has a connection to the network finds out', async () => {
    const server = net.createServer((socket) => socket.on('error', () => undefined));
    const port = await listen(server);
    onTestFinished(() => void server.close());
    expect((await report(undefined, [String(port)])).after).toEqual(['it has a connection to the network']);
  });
});
