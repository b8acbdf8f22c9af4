import { text } from 'node:stream/consumers';
import type { OpenConnectGrant } from '../../../electron/gateways/gateway.ts';
import { startMiddlebox } from '../../peers/middlebox.ts';
import { contenderNames, openKernel, openOcproxy, processorMs, residentKiB, warmCauseway, type Contender } from './contenders.ts';
import { download, echo, idleStreams, mebibyte, upload } from './measures.ts';
import { tunnelTaskSchema, type TunnelFigures, type TunnelTask } from './tunnel-task.ts';

/**
 * Runs inside the client's namespace: opens the tunnels of all contenders beside each other, and measures them in turn. Reads
 * a task from standard input, and prints the figures.
 */

const figures: TunnelFigures = {};
const note = (what: string, name: string, value: number): void => {
  const row = (figures[what] ??= {});
  (row[name] ??= []).push(value);
};

const task = tunnelTaskSchema.parse(JSON.parse(await text(process.stdin)));
await measure(task);
process.stdout.write(`figures ${JSON.stringify(figures)}\n`);
process.exit(0);

async function measure({ rounds, starts, withKernel, delayMs, grants: all }: TunnelTask): Promise<void> {
  const box = delayMs === null ? null : await startMiddlebox({ to: 443, host: all[0]?.address ?? '', idleMs: null, delayMs });
  const grants = all.map((grant): OpenConnectGrant => (box ? behind(grant, box.port) : grant));
  const next = (): OpenConnectGrant => {
    const grant = grants.pop();
    if (!grant) throw new Error('no ticket left');
    return grant;
  };
  for (let start = 0; start < starts; start++) {
    const ours = await warmCauseway();
    await timed(contenderNames.causeway, () => ours.open(next()));
    ours.stop();
    await timed(contenderNames.ocproxy, () => openOcproxy(next()));
  }
  const contenders = [
    await (await warmCauseway()).open(next()),
    await openOcproxy(next()),
    ...(withKernel ? [await openKernel(next())] : []),
  ];
  const [ours] = contenders;
  // Before there was much traffic, whose memory they could use again
  if (ours && delayMs === null) await idle(ours);
  for (let round = 0; round < rounds; round++)
    for (const each of round % 2 === 0 ? contenders : [...contenders].reverse()) await (delayMs === null ? near(each) : far(each));
  for (const each of contenders) await each.stop();
  await box?.stop();
}

/** How long it takes from the ticket to the first byte back. */
async function timed(name: string, open: () => Promise<Contender>): Promise<void> {
  const from = performance.now();
  const contender = await open();
  await echo(contender, 1);
  note('up', name, performance.now() - from);
  await contender.stop();
}

async function near(via: Contender): Promise<void> {
  const pids = via.pids();
  const before = processorMs(pids);
  const size = 48;
  note('down 1', via.name, await download(via, 1, size * mebibyte));
  note('processor', via.name, (processorMs(pids) - before) / size);
  note('down 8', via.name, await download(via, 8, 6 * mebibyte));
  note('up 1', via.name, await upload(via, 1, 32 * mebibyte));
  note('up 8', via.name, await upload(via, 8, 4 * mebibyte));
  note('echo', via.name, await echo(via, 300));
}

async function far(via: Contender): Promise<void> {
  note('down 1', via.name, await download(via, 1, 12 * mebibyte));
}

async function idle(via: Contender): Promise<void> {
  const count = 200;
  const before = residentKiB(via.pids());
  const streams = await idleStreams(via, count);
  note('idle', via.name, (residentKiB(via.pids()) - before) / count);
  for (const stream of streams) stream.destroy();
}

/** The same session, by way of the middlebox. */
function behind(grant: OpenConnectGrant, port: number): OpenConnectGrant {
  const { host } = grant.endpoint;
  return { ...grant, endpoint: { host, port }, connectUrl: `https://${host}:${port}/`, address: '127.0.0.1', udp: false };
}
