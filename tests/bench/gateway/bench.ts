import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { startClient, type Client } from '../../e2e/support/client.ts';
import type { OpenConnectDriver } from '../../../electron/gateways/openconnect/driver.ts';
import { profileOf, startOcserv, type Ocserv } from '../../peers/gateways/ocserv.ts';
import { startFaultProxy } from '../../support/faults/fault-proxy.ts';
import { clickUntil } from '../flow/page.ts';
import { atLeast, atMost, sampleOf, type Part, type Row } from '../report.ts';
import { signInByCommand, type SignInTimes } from './command.ts';
import { Core } from './core.ts';
import { signInByDriver, throughTheThread, warmDriver } from './driver.ts';
import { startPlain } from './plain.ts';
import { restoredRow } from './restored.ts';
import { causewayRoute, download, echo, ocproxyRoute } from './routes.ts';
import { tunnelRows } from './tunnels.ts';

const rounds = 20;
/** Latency in one direction. It makes round trips stand out from everything else. */
const farMs = 100;
const farRounds = 3;

/** A real gateway (ocserv) through our screens and our core, against the openconnect command and ocproxy by hand. */
export async function gatewayBench(): Promise<Part> {
  // A code cannot be used twice within half a minute, so every sign-in has its own user
  const names = Array.from({ length: 3 * (rounds + farRounds) + 16 }, (_, index) => `user${index}`);
  const lab = await startOcserv({ client: true, users: names.map((name) => ({ name })) });
  const next = (): string => names.pop() ?? 'alice';
  try {
    const rows = [
      ...(await signInRows(lab, next)),
      ...(await coreRows(lab, next)),
      ...(await tunnels()),
      ...(await restoredRows(lab, next)),
    ];
    return { name: 'Real gateway', rows };
  } finally {
    await lab.stop();
  }
}

async function signInRows(lab: Ocserv, next: () => string): Promise<Row[]> {
  const line = await startFaultProxy({ port: lab.port });
  const profile = { ...profileOf(lab), connectTo: [{ host: lab.host, port: 443, loopbackPort: line.port }] };
  const client = await startClient({ profiles: [profile] });
  const driver = warmDriver();
  const both = { client, driver };
  try {
    const near = await play(rounds, lab, line.port, both, next);
    await line.set({ kind: 'latency', ms: farMs });
    const far = await play(farRounds, lab, line.port, both, next);
    const row = (what: string, mine: 'screen' | 'form' | 'cookie', other: keyof SignInTimes): Row => {
      const [ours, theirs] = [sampleOf(near.ours[mine]), sampleOf(near.theirs[other])];
      const [oursFar, theirsFar] = [sampleOf(far.ours[mine]).median, sampleOf(far.theirs[other]).median];
      const trips = (there: number, here: number): number => Math.round((there - here) / (2 * farMs));
      return {
        what,
        unit: 'ms',
        samples: { 'Causeway': ours, 'openconnect --authenticate': theirs },
        verdicts: [
          atMost(1.1, '≤ 1.1 × openconnect', ours.median / theirs.median),
          atMost(1.1, `≤ 1.1 × openconnect, ${2 * farMs} ms away`, oursFar / theirsFar),
          atMost(trips(theirsFar, theirs.median), 'as many round trips', trips(oursFar, ours.median), 'round trips'),
        ],
      };
    };
    const alone = (what: string, values: readonly number[]): Row => ({
      what,
      unit: 'ms',
      samples: { Causeway: sampleOf(values) },
      verdicts: [],
    });
    return [
      row('Connect click → first form on screen', 'screen', 'form'),
      alone('Of that, a click that waits for no gateway → the next screen', near.ours.click),
      row('Connect → first form, without a screen', 'form', 'form'),
      row('Last answer → cookie', 'cookie', 'cookie'),
      alone('Of that, a message to the library’s process and thread, and one back', await throughTheThread(rounds)),
    ];
  } finally {
    driver.stop();
    await client.close();
    await line.close();
  }
}

interface Ours {
  client: Client;
  driver: OpenConnectDriver;
}

/** Plays both sign-ins in turn. */
async function play(times: number, lab: Ocserv, port: number, { client, driver }: Ours, next: () => string) {
  const ours = { screen: [] as number[], click: [] as number[], form: [] as number[], cookie: [] as number[] };
  const theirs = { form: [] as number[], cookie: [] as number[] };
  for (let round = 0; round < times; round++) {
    ours.screen.push(await firstFormOnScreen(client, lab, next()));
    ours.click.push(await settingsOnScreen(client));
    const core = await signInByDriver(driver, lab, next(), port);
    const command = await signInByCommand(lab, next(), port);
    for (const step of ['form', 'cookie'] as const) {
      ours[step].push(core[step]);
      theirs[step].push(command[step]);
    }
  }
  return { ours, theirs };
}

/** Milliseconds from the Connect click to the first form on screen. The rest of the sign-in is not timed. */
async function firstFormOnScreen({ window }: Client, lab: Ocserv, user: string): Promise<number> {
  const button = (name: string) => window.getByRole('button', { name, exact: true });
  const form = await clickUntil(window, 'Connect', 'Sign in');
  await window.getByLabel('User ID').fill(user);
  await window.getByLabel('Password', { exact: true }).fill(lab.user(user).password);
  await button('Sign in').click();
  await window.getByRole('heading', { level: 1, name: 'Enter a Passcode' }).waitFor();
  await window.getByLabel('Passcode').fill(lab.codeFor(user));
  await button('Verify').click();
  await window.getByRole('heading', { level: 1, name: 'Connected' }).waitFor();
  await button('Disconnect').click();
  await button('Connect').waitFor();
  return form;
}

/** Milliseconds from a click to a screen that main has to be asked for, and nobody else: what no screen can be shown without. */
async function settingsOnScreen({ window }: Client): Promise<number> {
  const taken = await clickUntil(window, 'Settings', 'Settings');
  await window.keyboard.press('Escape');
  await window.getByRole('button', { name: 'Connect', exact: true }).waitFor();
  return taken;
}

/** Short enough for TCP to come through by itself, and long enough for openconnect to have noticed. */
async function restoredRows(lab: Ocserv, next: () => string): Promise<Row[]> {
  const short = await restoredRow(lab, next, { seconds: 20, rounds: 5, what: 'dead peers looked for every 60 s' });
  const watchful = await startOcserv({ client: true, dpd: 10, users: Array.from({ length: 6 }, (_, index) => ({ name: `user${index}` })) });
  try {
    let user = 0;
    const long = await restoredRow(watchful, () => `user${user++}`, { seconds: 45, rounds: 3, what: 'dead peers looked for every 10 s' });
    return [short, long];
  } finally {
    await watchful.stop();
  }
}

/** The tunnels themselves, with the MTU that the gateway pushes, and UDP if they want it. */
async function tunnels(): Promise<Row[]> {
  const names = Array.from({ length: 32 }, (_, index) => `user${index}`);
  const users = names.map((name) => ({ name }));
  const lab = await startOcserv({ client: true, dtls: true, users, extra: ['mtu = 1400'] });
  try {
    return await tunnelRows(lab, () => names.pop() ?? 'alice');
  } finally {
    await lab.stop();
  }
}

/** Through everything that the portal's view goes through: the core and its loopback proxy. */
async function coreRows(lab: Ocserv, next: () => string): Promise<Row[]> {
  const core = await Core.start(lab, next(), 'loopback');
  const resident = core.residentKiB / 1024;
  const plain = await startPlain(lab, next(), 'loopback');
  const bare = await startForwarder(plain.port);
  try {
    const routes = [causewayRoute(core.proxy), ocproxyRoute(plain.port), ocproxyRoute(bare.port, 'a bare Node forwarder')];
    const down = new Samples();
    const echoes = new Samples();
    for (let round = 0; round < rounds; round++)
      for (const route of round % 2 === 0 ? routes : [...routes].reverse()) {
        down.add(route.name, await download(route, 16 * 1024 * 1024));
        echoes.add(route.name, sampleOf(await echo(route, 50)).median);
      }
    return [
      {
        what: 'Download through the core and its proxy',
        unit: 'MiB/s',
        samples: down.samples(),
        verdicts: [atLeast(0.9, '≥ 0.9 × plain ocproxy', down.ratio('Causeway', 'plain ocproxy'))],
      },
      {
        what: 'One byte there and back, through the core and its proxy',
        unit: 'ms',
        samples: echoes.samples(),
        verdicts: [atMost(1.2, '≤ 1.2 × plain ocproxy', echoes.ratio('Causeway', 'plain ocproxy'))],
      },
      {
        what: 'Resident memory of the connected core, its workers included',
        unit: 'MB',
        samples: { Causeway: sampleOf([resident]) },
        verdicts: [atMost(90, '≤ 90 MB', resident, 'MB')],
      },
    ];
  } finally {
    await core.stop();
    bare.stop();
    await plain.stop();
  }
}

/** What each way was measured to take or carry. */
class Samples {
  private readonly values = new Map<string, number[]>();

  add(variant: string, value: number): void {
    this.values.set(variant, [...(this.values.get(variant) ?? []), value]);
  }

  samples(): Row['samples'] {
    return Object.fromEntries([...this.values].map(([variant, values]) => [variant, sampleOf(values)]));
  }

  ratio(variant: string, other: string): number {
    const median = (name: string): number => sampleOf(this.values.get(name) ?? []).median;
    return median(variant) / median(other);
  }
}

async function startForwarder(target: number): Promise<{ port: number; stop(): void }> {
  const child = spawn(process.execPath, ['--import', 'tsx', path.join(import.meta.dirname, 'forwarder.ts'), String(target)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: unknown[] = await once(child.stdout, 'data');
  return { port: Number(String(said[0])), stop: () => void child.kill() };
}
