import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import net, { type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { controlAddress } from '../../../electron/app/control/control-address.ts';
import { serveControl } from '../../../electron/app/control/control.ts';
import { HelperConnection } from '../../../electron/helper-client/connection.ts';
import { failureOf } from '../../../shared/failure.ts';
import { startCli } from '../../support/cli.ts';
import { nothingUp } from '../../support/nothing-up.ts';
import { removeFolder } from '../../support/folders.ts';

/** Two versions of Causeway on one computer: one for a person beside one for everybody, or one that is being upgraded. */
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-versions-'));
});
afterEach(() => removeFolder(folder));

/** A program of another version at an address: it gives each request the same answer. */
async function otherVersion(address: string, answer: (id: unknown) => unknown): Promise<void> {
  const sockets = new Set<Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket
      .on('error', () => undefined)
      .on('data', (data) => {
        const asked = JSON.parse(String(data)) as { id: unknown };
        socket.write(`${JSON.stringify(answer(asked.id))}\n`);
      });
  });
  server.listen(address);
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
}

describe('the command line and an app of another version', () => {
  test.each([
    [
      'a state that it does not know',
      (id: unknown) => ({ type: 'done', id, value: { access: { kind: 'dreaming' }, profiles: [], holder: 'app' } }),
    ],
    ['a message that it does not know', (id: unknown) => ({ type: 'song', id })],
  ])('the command line says so if the app answers with %s', async (_what, answer) => {
    await otherVersion(controlAddress(folder, 'app'), answer);
    const run = startCli(['status', '--json'], { folder });
    expect(await run.code).toBe(8);
    expect(run.seen).toContain('"versions-differ"');
    const told = startCli(['status'], { folder });
    await told.code;
    expect(told.seen).toContain('Two versions of Causeway');
  });

  test('the app says so to a command line that asks for what it does not know, and hangs up', async () => {
    const server = await serveControl(folder, nothingUp, () => undefined);
    onTestFinished(() => server.close());
    const socket = net.connect({ path: controlAddress(folder, 'app') });
    await once(socket, 'connect');
    let text = '';
    socket.on('data', (data) => (text += String(data)));
    // What comes after it is not read
    socket.write('{"id":7,"verb":"sing"}\n{"id":8,"verb":"state"}\n');
    await once(socket, 'close');
    expect(
      text
        .trim()
        .split('\n')
        .map((line): unknown => JSON.parse(line)),
    ).toEqual([{ type: 'failed', id: 7, failure: { code: 'versions-differ', params: { component: 'Causeway' } } }]);
  });
});

describe.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)('the app and a helper of another version', () => {
  test.each([
    ['cannot read a request', () => ({ id: null, failure: { code: 'request-invalid' } }), true],
    ['answers what the app cannot read', (id: unknown) => ({ id, state: { kind: 'dreaming' } }), false],
  ])('the app says so if the helper %s', async (_what, answer, hangsUp) => {
    const address = join(folder, 'helper.sock');
    await otherVersion(address, answer);
    const { signal } = new AbortController();
    const helper = await HelperConnection.open(address, 'vpn.campus.test', signal);
    onTestFinished(() => helper.close());
    const asked = helper.ask({ type: 'status' }, 5_000, signal).catch((error: unknown) => failureOf(error));
    // As the real one does after its refusal
    if (hangsUp) setTimeout(() => helper.close(), 100);
    expect(await asked).toMatchObject({ code: 'versions-differ', params: { component: 'causeway-helper' } });
  });
});
