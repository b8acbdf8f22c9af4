import { createInterface } from 'node:readline';
import path from 'node:path';
import type { Ocserv } from '../../peers/gateways/ocserv.ts';
import { grantFor } from '../../peers/sign-in.ts';
import { atLeast, atMost, sampleOf, type Row, type Verdict } from '../report.ts';
import { contenderNames } from './contenders.ts';
import { tunnelFiguresSchema, type TunnelFigures, type TunnelTask } from './tunnel-task.ts';

const inside = path.join(import.meta.dirname, 'tunnels-inside.ts');
const { causeway, ocproxy, kernel } = contenderNames;

type Figures = (what: string) => Record<string, number[]>;

/** Our app tunnel, openconnect with ocproxy, and openconnect with the kernel's tun as root, side by side in one namespace. */
export async function tunnelRows(lab: Ocserv, next: () => string): Promise<Row[]> {
  const starts = 5;
  const tls = await measured(lab, next, { rounds: 5, starts, withKernel: true, delayMs: null, udp: false });
  const dtls = await measured(lab, next, { rounds: 5, starts: 0, withKernel: true, delayMs: null, udp: true });
  const far = new Map<number, Figures>();
  for (const ms of [20, 80])
    far.set(ms, await measured(lab, next, { rounds: 3, starts: 0, withKernel: false, delayMs: ms / 2, udp: false }));
  const speed = (what: string, name: string, of: Figures, least: number): Row => {
    const values = of(what);
    return row(name, 'MiB/s', values, [
      atLeast(least, `≥ ${least} × ocproxy`, ratio(values, ocproxy)),
      ...(values[kernel] ? [atLeast(0.9, '≥ 0.9 × the kernel', ratio(values, kernel))] : []),
    ]);
  };
  return [
    speed('down 1', 'Download, TLS, 1 stream', tls, 2),
    speed('down 8', 'Download, TLS, 8 streams', tls, 1.8),
    speed('up 1', 'Upload, TLS, 1 stream', tls, 1.8),
    speed('up 8', 'Upload, TLS, 8 streams', tls, 1.8),
    speed('down 1', 'Download, DTLS, 1 stream', dtls, 1.2),
    speed('down 8', 'Download, DTLS, 8 streams', dtls, 1.2),
    speed('up 1', 'Upload, DTLS, 1 stream', dtls, 1.2),
    speed('up 8', 'Upload, DTLS, 8 streams', dtls, 1.2),
    ...[...far].map(([ms, figures]) => speed('down 1', `Download, TLS, 1 stream, a round trip of ${ms} ms`, figures, 5)),
    row('One byte there and back, TLS', 'µs', tls('echo'), [atMost(1.1, '≤ 1.1 × ocproxy', ratio(tls('echo'), ocproxy))]),
    row('Processor time, download, TLS', 'ms a MiB', tls('processor'), [atMost(0.5, '≤ 0.5 × ocproxy', ratio(tls('processor'), ocproxy))]),
    row('Ticket → first byte through the tunnel', 'ms', tls('up'), [atMost(0.5, '≤ 0.5 × ocproxy', ratio(tls('up'), ocproxy))]),
    row('200 idle streams, each', 'KiB', tls('idle'), [atMost(50, '≤ 50 KiB', sampleOf(tls('idle')[causeway] ?? []).median, 'KiB')]),
  ];
}

const row = (what: string, unit: string, values: Record<string, number[]>, verdicts: Verdict[]): Row => ({
  what,
  unit,
  samples: Object.fromEntries(Object.entries(values).map(([name, each]) => [name, sampleOf(each)])),
  verdicts,
});

function ratio(values: Record<string, number[]>, other: string): number {
  const median = (name: string): number => sampleOf(values[name] ?? []).median;
  return median(causeway) / median(other);
}

/** Runs one task in the client's namespace. */
async function measured(
  lab: Ocserv,
  next: () => string,
  { udp, ...task }: Omit<TunnelTask, 'grants'> & { udp: boolean },
): Promise<Figures> {
  if (!lab.client) throw new Error('no client namespace');
  const tickets = 2 * task.starts + 2 + (task.withKernel ? 1 : 0);
  const grants = [];
  for (let ticket = 0; ticket < tickets; ticket++) grants.push({ ...(await grantFor(lab, next(), 'client')), udp });
  const child = lab.client.spawn(process.execPath, ['--import', 'tsx', inside], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin?.end(JSON.stringify({ ...task, grants } satisfies TunnelTask));
  if (!child.stdout) throw new Error('no output');
  let figures: TunnelFigures | null = null;
  for await (const line of createInterface({ input: child.stdout }))
    if (line.startsWith('figures ')) figures = tunnelFiguresSchema.parse(JSON.parse(line.slice('figures '.length)));
  if (!figures) throw new Error('the tunnels were not measured');
  const all = figures;
  return (what) => all[what] ?? {};
}
