import { once } from 'node:events';
import net from 'node:net';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { mkdtempSync, rmSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { Helper } from '../../../electron/helper/helper.ts';
import type { ListeningSocket } from '../../../electron/helper/platform/platform.ts';
import { listen } from '../../../electron/helper/server.ts';

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'cw-doors-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

const helper = () =>
  new Helper({
    config: () => Promise.reject(new Error('not asked for')),
    places: () => {
      throw new Error('not asked for');
    },
    graceMs: 60_000,
    log: () => undefined,
  });

const socketAt = (name: string, path: string): ListeningSocket => ({
  name,
  async open(server) {
    server.listen(path);
    await once(server, 'listening');
  },
});
const takenSocket = (name: string): ListeningSocket => ({
  name,
  open: () => Promise.reject(new Error(`${name}'s pipe is somebody else's`)),
});

test('if somebody took one user’s socket name first, the helper logs that and serves the other users', async () => {
  const [at, lines]: [string, string[]] = [folder(), []];
  const listeningSockets = [takenSocket('mei'), socketAt('joao', join(at, 'joao'))];
  const { servers, names } = await listen(listeningSockets, socketAt('script', join(at, 'script')), helper(), (line) => lines.push(line));
  onTestFinished(() => servers.forEach((server) => server.close()));
  expect(names).toEqual(['joao']);
  expect(lines).toEqual(["no socket for mei: mei's pipe is somebody else's"]);
  const socket = net.connect(join(at, 'joao'));
  onTestFinished(() => void socket.destroy());
  socket.write(`${JSON.stringify({ id: 1, type: 'status' })}\n`);
  const [reply] = (await once(socket, 'data')) as [Buffer];
  expect(JSON.parse(reply.toString())).toMatchObject({ id: 1, state: { kind: 'closed' } });
});

test('a socket that cannot be given its access rights is closed again', async () => {
  const path = join(folder(), 'mei');
  const withoutRights: ListeningSocket = {
    name: 'mei',
    async open(server) {
      await socketAt('mei', path).open(server);
      throw new Error('it is not for its user alone');
    },
  };
  const { servers, names } = await listen([withoutRights], socketAt('script', join(folder(), 'script')), helper(), () => undefined);
  onTestFinished(() => servers.forEach((server) => server.close()));
  expect(names).toEqual([]);
  const socket = net.connect(path);
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toMatch(/ENOENT|ECONNREFUSED/);
});

test('the helper does not start if its own script could not reach it', async () => {
  await expect(listen([], takenSocket('script'), helper(), () => undefined)).rejects.toThrow("script's pipe");
});
