import { spawnSync } from 'node:child_process';
import { createConnection } from 'node:net';
import { Worker } from 'node:worker_threads';
import { confine, whatIsNotConfined } from '../../electron/gateways/openconnect/process/confinement.ts';

/** Confines itself as a tunnel's process does, and reports what it can still do. With an argument it has connected to that port before. */
const port = Number(process.argv[2] ?? 0);
if (port > 0) await new Promise((resolve) => createConnection(port, '127.0.0.1', () => resolve(null)));
const early = new Worker('setInterval(() => undefined, 1000)', { eval: true });
await new Promise((resolve) => early.once('online', resolve));
const before = whatIsNotConfined();
confine();
const after = whatIsNotConfined();
const late = new Worker(
  'require("node:worker_threads").parentPort.postMessage(require("node:child_process").spawnSync("/bin/true").error?.code)',
  {
    eval: true,
  },
);
const inThread: unknown = await new Promise((resolve) => late.once('message', resolve));
const started = spawnSync('/bin/true');
const code = started.error && 'code' in started.error ? started.error.code : started.status;
process.stdout.write(JSON.stringify({ before, after, inThread, inMain: code, environment: { ...process.env }, folder: process.cwd() }));
process.exit(0);
