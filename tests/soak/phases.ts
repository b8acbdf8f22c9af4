import { setTimeout as pause } from 'node:timers/promises';
import net from 'node:net';
import fc from 'fast-check';
import { startCampus, type Campus } from '../../campus/campus.ts';
import { bridge, callNames } from '../../shared/bridge.ts';
import { controlAddress } from '../../electron/app/control/control-address.ts';
import { inDouble } from '../e2e/support/double.ts';
import { listeningPorts } from './measure.ts';
import type { Person } from './person.ts';

/** One phase of the soak: what it does, and how often it wants a measurement. */
export interface Phase {
  readonly name: string;
  /** Calls `look` after each round, with the rounds so far. */
  run(world: World, look: (round: number) => Promise<void>): Promise<void>;
}

/** The app, its campus, and what moves the campus's clock. */
export interface World {
  readonly person: Person;
  campus: Campus;
  passTime: (ms: number) => void;
  restartCampus: () => Promise<void>;
}

/** A one-time code is good once, so the campus's next half minute begins. */
export const codePeriodMs = 30_000;

/** Connects and disconnects. */
export const cycles = (count: number): Phase => ({
  name: 'connect and disconnect',
  async run({ person, passTime }, look) {
    for (let round = 1; round <= count; round++) {
      await person.connect();
      await person.disconnect();
      passTime(codePeriodMs);
      await look(round);
    }
  },
});

const batch = 500;

/** Sends malformed input to the window's bridge, to links and second instances, to the private socket and to the loopback proxy. */
export const inputs = (count: number): Phase => ({
  name: 'malformed input',
  async run(world, look) {
    const { person } = world;
    await person.connect();
    for (let sent = 0; sent < count; sent += batch) {
      const seed = 20_261_129 + sent;
      const values = fc.sample(fc.jsonValue({ maxDepth: 3 }), { numRuns: batch, seed });
      const texts = fc.sample(fc.string({ maxLength: 300 }), { numRuns: batch, seed });
      await toBridge(person, values);
      await toLinks(person, texts);
      await toSocket(controlAddress(person.client.userData, 'app'), texts);
      await toProxy(person, texts);
      const { access } = await person.state();
      if (access.kind !== 'connected') throw new Error(`malformed input ended the session: ${access.kind}`);
      await look(sent / batch + 1);
    }
    await person.disconnect();
  },
});

async function toBridge({ client }: Person, values: readonly unknown[]): Promise<void> {
  const calls = values.flatMap((value, index) => {
    const name = callNames[index % callNames.length] ?? 'getState';
    return bridge.calls[name].in.safeParse(value).success ? [] : [[name, value] as const];
  });
  const codes = await client.window.evaluate(async (wanted) => {
    const { causeway } = window as unknown as { causeway: { call(name: string, input: unknown): Promise<{ failure?: { code: string } }> } };
    return Promise.all(wanted.map(([name, value]) => causeway.call(name, value).then(({ failure }) => failure?.code ?? 'ok')));
  }, calls);
  const others = codes.filter((code) => code !== 'request-invalid');
  if (others.length > 0) throw new Error(`the bridge took malformed input: ${others[0] ?? ''}`);
}

async function toLinks({ client }: Person, texts: readonly string[]): Promise<void> {
  const links = texts.map((text) => `causeway://${text}`);
  await client.electron.evaluate((electron, all) => {
    const { double } = electron as unknown as { double: { openUrl(link: string): void } };
    for (const link of all) double.openUrl(link);
  }, links);
}

/** Each text on a connection of its own, several at a time. */
async function toSocket(address: string, texts: readonly string[]): Promise<void> {
  for (let first = 0; first < texts.length; first += 8)
    await Promise.all(texts.slice(first, first + 8).map((text) => say({ path: address }, text)));
}

/** The app listens on one port, the loopback proxy's; under the double Node's inspector listens too. */
async function toProxy({ client }: Person, texts: readonly string[]): Promise<void> {
  for (const port of await listeningPorts(client.electron.process().pid ?? 0))
    for (let first = 0; first < texts.length; first += 8)
      await Promise.all(texts.slice(first, first + 8).map((text) => say({ host: '127.0.0.1', port }, `CONNECT ${text} HTTP/1.1\r\n\r\n`)));
}

/** Says something and takes whatever comes back, for a quarter of a second at most. */
function say(to: net.NetConnectOpts, text: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = net.connect(to);
    const timer = setTimeout(() => socket.destroy(), 250);
    socket.on('error', () => undefined).on('data', () => undefined);
    socket.once('connect', () => socket.end(`${text}\n`));
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

const minuteMs = 60_000;
/** How often the computer sleeps while the gateway keeps restarting. */
const sleepEvery = 5;
const sleepMs = 5_000;

/** Restarts the gateway each minute, and lets the computer sleep every five. The session must survive both. */
export const restarts = (minutes: number): Phase => ({
  name: 'gateway restarts and sleep',
  async run(world, look) {
    const { person } = world;
    await person.connect();
    for (let round = 1; round <= minutes; round++) {
      const begun = performance.now();
      await world.restartCampus();
      await again(person);
      if (round % sleepEvery === 0) {
        await inDouble(person.client, (double) => double.suspend());
        await pause(sleepMs);
        await inDouble(person.client, (double) => double.resume());
        await again(person);
      }
      await look(round);
      await pause(Math.max(0, minuteMs - (performance.now() - begun)));
    }
    await person.disconnect();
  },
});

/** As a person who looks: Try now until the connection is back. */
async function again(person: Person): Promise<void> {
  const deadline = performance.now() + 50_000;
  while (performance.now() < deadline) {
    const { access } = await person.state();
    if (access.kind === 'connected') return;
    if (access.kind === 'idle') throw new Error(`the session ended: ${JSON.stringify(access.ending)}`);
    await person.call('retryNow');
    await pause(500);
  }
  throw new Error('the connection did not come back');
}

/** Lets hours pass in which nobody does anything, a minute at a time, by moving the clocks of app, window and campus. */
export const idle = (hours: number): Phase => ({
  name: 'idle hours by a moved clock',
  async run(world, look) {
    const { person } = world;
    const { client } = person;
    await person.connect();
    for (let minute = 1; minute <= hours * 60; minute++) {
      world.passTime(minuteMs);
      await client.electron.evaluate((_, ms) => {
        const real = Date.now.bind(Date);
        Date.now = () => real() + ms;
      }, minuteMs);
      await client.window.evaluate((ms) => {
        const real = Date.now.bind(Date);
        Date.now = () => real() + ms;
      }, minuteMs);
      // Long enough for what looks every second to see the jump
      await pause(1_100);
      await look(minute);
    }
    await person.disconnect();
  },
});

export async function newCampus(options: { dataDirectory: string; port: number; now: () => number }): Promise<Campus> {
  return startCampus({ ...options, sessionMinutes: 24 * 60, idleMinutes: 24 * 60 });
}
