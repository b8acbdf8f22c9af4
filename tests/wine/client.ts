import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import net from 'node:net';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { z } from 'zod';
import { failureOf } from '../../shared/failure.ts';
import { onlyRootCanChange } from '../../electron/system/root-owned.ts';
import { adapters } from '../../electron/system/windows/adapters.ts';
import { loadKoffi, native } from '../../electron/system/windows/native.ts';
import { isForOneUser, sddlForOneUser } from '../../electron/system/windows/security-descriptor.ts';
import { findSession } from '../../electron/cli/remote-session.ts';
import { controlAddress } from '../../electron/app/control/control-address.ts';
import { serveControl } from '../../electron/app/control/control.ts';
import { HelperConnection } from '../../electron/helper-client/connection.ts';
import { helperRequestSchema } from '../../electron/helper-client/protocol.ts';
import { helperSocket } from '../../electron/helper-client/address.ts';
import { calls } from '../../electron/helper/platform/windows-calls.ts';
import { nothingUp } from '../support/nothing-up.ts';

/** The app's side of the helper's pipe, as it runs on Windows. Orders come over a connection to the test: JSON, one a line. */
const orderSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ask'), request: helperRequestSchema, withinMs: z.number() }),
  /** Lets go of the helper's pipe: that a helper was killed is heard a little later. */
  z.object({ type: z.literal('let-go') }),
  z.object({ type: z.literal('rights') }),
  z.object({ type: z.literal('facts') }),
  z.object({ type: z.literal('alone'), paths: z.array(z.string()) }),
  z.object({ type: z.literal('squat') }),
  z.object({ type: z.literal('heard') }),
  z.object({ type: z.literal('stop-squatting') }),
  /** Starts a program by its name alone, as nothing of ours does. */
  z.object({ type: z.literal('start-by-name'), name: z.string() }),
  /** Listens for command lines, as the app does; and looks at the pipe. */
  z.object({ type: z.literal('control-serve') }),
  /** A pipe of the app's name: with the rights that Windows gives by itself, or with a list for this user and another owner. */
  z.object({ type: z.literal('control-squat'), rights: z.enum(['default', 'administrators']) }),
  /** Looks for the app, as a command does. */
  z.object({ type: z.literal('control-find') }),
  z.object({ type: z.literal('control-stop') }),
  /** By how much this process has grown, after it has given one file its rights so many times. */
  z.object({ type: z.literal('give-rights'), times: z.number() }),
  /** Looks at a pipe all of whose places are taken: how long that took. */
  z.object({ type: z.literal('look-at-busy') }),
]);
type Order = z.infer<typeof orderSchema>;

let helper: HelperConnection | null = null;
let squatter: net.Server | null = null;
let control: { close(): Promise<unknown> } | null = null;
const settings = 'C:\\settings';
let connections = 0;
let received = '';

async function obey(order: Order): Promise<unknown> {
  const pipe = await helperSocket('win32');
  const signal = AbortSignal.timeout(60_000);
  switch (order.type) {
    case 'ask': {
      const mine = (helper ??= await HelperConnection.open(pipe, 'vpn.campus.test', signal));
      void mine.gone.then(() => {
        if (helper === mine) helper = null;
      });
      return mine.ask(order.request, order.withinMs, signal);
    }
    case 'let-go':
      helper?.close();
      helper = null;
      return null;
    case 'rights': {
      const descriptor = (await native()).securityOf(pipe);
      const sid = (await native()).ownSid();
      return { pipe, sid, descriptor, isOurs: descriptor !== null && isForOneUser(descriptor, sid) };
    }
    case 'facts': {
      const [windows, known] = [await native(), await calls()];
      return {
        sid: windows.ownSid(),
        root: known.sidOf('root'),
        nobody: known.sidOf('no-such-person'),
        systemFolder: windows.systemFolder(),
        startedAt: known.startOf(process.pid),
        program: known.programOf(process.pid),
        adapter: (await adapters()).named('lo'),
      };
    }
    case 'alone':
      return Promise.all(order.paths.map(onlyRootCanChange));
    case 'squat':
      squatter = net.createServer((socket) => {
        connections += 1;
        socket.on('data', (bytes) => (received += bytes.toString('utf8'))).on('error', () => undefined);
      });
      await new Promise<void>((resolve) => squatter?.listen(pipe, resolve));
      return null;
    case 'start-by-name':
      await promisify(execFile)(order.name);
      return null;
    case 'heard':
      return { connections, text: received };
    case 'control-serve': {
      control = await serveControl(settings, nothingUp, () => undefined);
      const [windows, address] = [await native(), controlAddress(settings, 'app')];
      const descriptor = windows.securityOf(address);
      return { sid: windows.ownSid(), descriptor, isOurs: descriptor !== null && isForOneUser(descriptor, windows.ownSid(), 'user') };
    }
    case 'control-squat': {
      const address = controlAddress(settings, 'app');
      received = '';
      const server = net.createServer((socket) =>
        socket.on('data', (bytes) => (received += bytes.toString('utf8'))).on('error', () => undefined),
      );
      await new Promise<void>((resolve) => server.listen(address, resolve));
      const windows = await native();
      if (order.rights === 'administrators') windows.setSecurityOf(address, sddlForOneUser(windows.ownSid()));
      control = { close: () => new Promise((resolve) => server.close(resolve)) };
      return null;
    }
    case 'control-find': {
      const client = await findSession(settings);
      const found = client && { access: client.access, profiles: client.profiles.length };
      await client?.close();
      return found;
    }
    case 'control-stop':
      await control?.close();
      return null;
    case 'give-rights': {
      const [windows, file] = [await native(), 'C:\\lab\\mine.txt'];
      writeFileSync(file, '');
      const before = process.memoryUsage.rss();
      for (let each = 0; each < order.times; each += 1) windows.setSecurityOf(file, sddlForOneUser(windows.ownSid(), 'user'));
      return { grownBy: process.memoryUsage.rss() - before };
    }
    case 'look-at-busy': {
      const address = controlAddress(settings, 'command-line');
      const open = (await loadKoffi())
        .load('C:\\windows\\system32\\kernel32.dll')
        .func('intptr_t __stdcall CreateNamedPipeW(str16, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, void *)');
      // Of its one place this process's own client has taken that one
      open(address, 3, 0, 1, 4096, 4096, 0, null);
      const client = net.connect(address);
      await new Promise((resolve) => client.once('connect', resolve));
      const [windows, start, cpu] = [await native(), performance.now(), process.cpuUsage()];
      const descriptor = windows.securityOf(address);
      const used = process.cpuUsage(cpu);
      client.destroy();
      return { descriptor, ms: performance.now() - start, cpuMs: (used.user + used.system) / 1000 };
    }
    case 'stop-squatting':
      await new Promise((resolve) => squatter?.close(resolve));
      return null;
  }
}

const lab = net.connect(Number(process.argv[2]), '127.0.0.1');
lab.on('close', () => process.exit());
createInterface({ input: lab }).on('line', (line) => {
  obey(orderSchema.parse(JSON.parse(line))).then(
    (value) => lab.write(`${JSON.stringify({ value: value ?? null })}\n`),
    (error: unknown) => lab.write(`${JSON.stringify({ failure: failureOf(error) })}\n`),
  );
});
