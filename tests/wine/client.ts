import net from 'node:net';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { failureOf } from '../../shared/failure.ts';
import { isRootsAlone } from '../../electron/trust/root-owned.ts';
import { adapters } from '../../electron/trust/windows/adapters.ts';
import { native } from '../../electron/trust/windows/native.ts';
import { isForOneUser } from '../../electron/trust/windows/security-descriptor.ts';
import { HelperConnection } from '../../electron/tunnels/openconnect/helper-connection.ts';
import { helperRequestSchema } from '../../electron/tunnels/openconnect/helper-protocol.ts';
import { helperSocket } from '../../electron/tunnels/openconnect/helper-place.ts';
import { calls } from '../../electron/helper/platform/windows-calls.ts';

/** The app's side of the helper's pipe, as it runs on Windows. Orders come over a connection to the test: JSON, one a line. */
const orderSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ask'), request: helperRequestSchema, withinMs: z.number() }),
  z.object({ type: z.literal('rights') }),
  z.object({ type: z.literal('facts') }),
  z.object({ type: z.literal('alone'), paths: z.array(z.string()) }),
  z.object({ type: z.literal('squat') }),
  z.object({ type: z.literal('heard') }),
  z.object({ type: z.literal('stop-squatting') }),
]);
type Order = z.infer<typeof orderSchema>;

let helper: HelperConnection | null = null;
let squatter: net.Server | null = null;
let connections = 0;
let heard = '';

async function obey(order: Order): Promise<unknown> {
  const pipe = await helperSocket('win32');
  const signal = AbortSignal.timeout(60_000);
  switch (order.type) {
    case 'ask': {
      helper ??= await HelperConnection.open(pipe, 'vpn.campus.test', signal);
      void helper.gone.then(() => (helper = null));
      return helper.ask(order.request, order.withinMs, signal);
    }
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
      return Promise.all(order.paths.map(isRootsAlone));
    case 'squat':
      squatter = net.createServer((socket) => {
        connections += 1;
        socket.on('data', (bytes) => (heard += bytes.toString('utf8'))).on('error', () => undefined);
      });
      await new Promise<void>((resolve) => squatter?.listen(pipe, resolve));
      return null;
    case 'heard':
      return { connections, text: heard };
    case 'stop-squatting':
      await new Promise((resolve) => squatter?.close(resolve));
      return null;
  }
}

const control = net.connect(Number(process.argv[2]), '127.0.0.1');
control.on('close', () => process.exit());
createInterface({ input: control }).on('line', (line) => {
  obey(orderSchema.parse(JSON.parse(line))).then(
    (value) => control.write(`${JSON.stringify({ value: value ?? null })}\n`),
    (error: unknown) => control.write(`${JSON.stringify({ failure: failureOf(error) })}\n`),
  );
});
