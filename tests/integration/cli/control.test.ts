import { once } from 'node:events';
import { mkdtemp, stat, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import fc from 'fast-check';
import type { AccessState } from '../../../shared/access-state.ts';
import { serveControl, type ControlledSession } from '../../../electron/app/control/control.ts';
import { appSession } from '../../../electron/app/control/app-session.ts';
import { controlAddress } from '../../../electron/app/control/control-address.ts';
import { control, controlMessageSchema } from '../../../electron/app/control/control-protocol.ts';
import { codeOf, student } from '../../support/access.ts';
import { promptOf, startAppBench, when, type AppBench } from '../../support/app.ts';
import { answersFile, cliFolder, startCli, throughProxy } from '../../support/cli.ts';
import { kit } from '../../support/campus/campus-services.ts';
import { removeFolder } from '../../support/folders.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-control-'));
});
afterEach(() => removeFolder(folder));

/** A session that notes what it was asked. */
function noted(): ControlledSession & { calls: string[] } {
  const calls: string[] = [];
  const note = (call: string) => async () => void calls.push(call);
  return {
    calls,
    holder: 'app',
    access: { kind: 'idle', ending: null },
    profiles: [],
    onAccess: () => () => undefined,
    connect: async (id) => void calls.push(`connect ${id}`),
    answer: async (id, answer) => void calls.push(`answer ${id} ${answer.kind}`),
    disconnect: note('disconnect'),
    openPortal: async () => null,
    dial: () => Promise.reject(new Error('no')),
  };
}

async function serve(session: ControlledSession = noted(), log: string[] = []) {
  const server = await serveControl(folder, session, (line) => log.push(line));
  onTestFinished(() => server.close());
  return server;
}

/** A program at the socket that says what it likes. */
async function speak() {
  const socket = net.connect({ path: controlAddress(folder, 'app') });
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  let text = '';
  socket.on('data', (data) => (text += String(data)));
  const closed = once(socket, 'close');
  return {
    socket,
    closed,
    send: (message: unknown) => socket.write(`${JSON.stringify(message)}\n`),
    replies: () =>
      text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => controlMessageSchema.parse(JSON.parse(line))),
    text: () => text,
  };
}

describe('the private socket', () => {
  test('the private socket is closed to other users, and replaces one that a killed run left', async () => {
    await writeFile(controlAddress(folder, 'app'), 'left behind');
    await serve();
    const { mode } = await stat(controlAddress(folder, 'app'));
    expect(mode & 0o777).toBe(0o600);
    await expect(serveControl(folder, noted(), () => undefined)).rejects.toThrow('not-now');
  });

  test('the private socket sends a push only for an answer that was typed', async () => {
    const session = noted();
    await serve(session);
    const peer = await speak();
    const answer = { kind: 'second-factor', method: 'push', device: 'd1' };
    peer.send({ id: 1, verb: 'answer', promptId: 'p', answer, typed: false });
    peer.send({ id: 2, verb: 'answer', promptId: 'p', answer, typed: true });
    peer.send({ id: 3, verb: 'answer', promptId: 'q', answer: { kind: 'passcode', passcode: '123456' }, typed: false });
    // A word that a gateway takes for the same
    peer.send({ id: 4, verb: 'answer', promptId: 'q', answer: { kind: 'passcode', passcode: 'push' }, typed: false });
    await expect.poll(() => peer.replies().length).toBe(4);
    const replies = peer.replies().flatMap((reply) => ('id' in reply ? [[reply.id, reply.type] as const] : []));
    expect(new Map(replies)).toEqual(new Map([1, 2, 3, 4].map((id) => [id, id === 2 || id === 3 ? 'done' : 'failed'])));
    expect(session.calls).toEqual(['answer p second-factor', 'answer q passcode']);
    expect(peer.text()).not.toContain('123456');
  });

  test('the private socket drops clients that send endless lines, invalid requests or too many, and keeps the others', async () => {
    const log: string[] = [];
    await serve({ ...noted(), disconnect: () => new Promise(() => undefined) }, log);
    const good = await speak();
    const [endless, other, hurried] = [await speak(), await speak(), await speak()];
    endless.socket.write(Buffer.alloc(control.maxLineBytes + 1, 'x'));
    other.send({ id: 1, verb: 'answer', promptId: 'p', answer: { kind: 'passcode', passcode: 'a secret one' } });
    for (let id = 1; id <= control.maxPending + 1; id++) hurried.send({ id, verb: 'disconnect' });
    await Promise.all([endless.closed, other.closed, hurried.closed]);
    expect(log.join('\n')).not.toContain('a secret one');
    good.send({ id: 1, verb: 'state' });
    await expect.poll(() => good.replies().length).toBe(1);
  });

  test('the private socket drops a client that never reads, however much there is to send', async () => {
    let tell: (access: AccessState) => void = () => undefined;
    let gone = false;
    const onAccess: ControlledSession['onAccess'] = (listener) => {
      tell = listener;
      return () => {
        gone = true;
      };
    };
    await serve({ ...noted(), onAccess });
    const deaf = net.connect({ path: controlAddress(folder, 'app') });
    onTestFinished(() => void deaf.destroy());
    deaf.on('error', () => undefined);
    await once(deaf, 'connect');
    deaf.pause();
    deaf.write('{"id":1,"verb":"watch"}\n');
    const ending = { code: 'internal' as const, detail: 'x'.repeat(2000) };
    await expect
      .poll(
        () => {
          for (let i = 0; i < 500; i++) tell({ kind: 'idle', ending });
          return gone;
        },
        { interval: 5 },
      )
      .toBe(true);
  });

  test('the private socket has a limit on clients', async () => {
    await serve();
    const peers = await Promise.all(Array.from({ length: control.maxClients }, speak));
    const late = await speak();
    await late.closed;
    peers[0]?.socket.destroy();
    await peers[0]?.closed;
    const next = await speak();
    next.send({ id: 1, verb: 'state' });
    await expect.poll(() => next.replies().length).toBe(1);
  });

  test('the private socket survives anything that is sent to it', async () => {
    const session = noted();
    await serve(session);
    const odd = fc.oneof(
      fc.json(),
      fc.string(),
      fc.base64String({ maxLength: 2000 }),
      fc.constant('{"id":1,"verb":"connect","profileId":7}'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(odd, { maxLength: 5 }), async (lines) => {
        const socket = net.connect({ path: controlAddress(folder, 'app') });
        socket.on('error', () => undefined);
        socket.resume();
        socket.end(lines.map((line) => `${line}\n`).join(''));
        await once(socket, 'close');
      }),
      { numRuns: 100 },
    );
    expect(session.calls).toEqual([]);
    const peer = await speak();
    peer.send({ id: 9, verb: 'state' });
    await expect.poll(() => peer.replies()).toMatchObject([{ type: 'done', id: 9 }]);
  });
});

describe('the command line beside the app', () => {
  async function open(): Promise<AppBench & { shown: () => number }> {
    const bench = await startAppBench();
    let shown = 0;
    const server = await serveControl(
      bench.directory,
      appSession(bench.app, () => shown++),
      () => undefined,
    );
    onTestFinished(async () => {
      await server.close();
      await bench.close();
    });
    return { ...bench, shown: () => shown };
  }
  const answers = (b: AppBench) =>
    answersFile(b.directory, { notice: 'proceed', user: student.userId, password: student.password, passcode: codeOf(b.campus) });

  test('connect controls the app’s own session: its window shows it, status reports it, disconnect ends it', async () => {
    const b = await open();
    const run = startCli(['connect', b.campus.profile.id, '--answers', await answers(b), '--json'], { folder: b.directory });
    await when(b.app, ({ access }) => access.kind === 'connected');
    expect(b.campus.records.sessions()).toHaveLength(1);

    const status = startCli(['status', '--json'], { folder: b.directory });
    expect(await status.code).toBe(0);
    expect(status.events[0]).toMatchObject({ event: 'state', state: 'connected', holder: 'app', user: student.userId });

    const portal = startCli(['portal', '--json'], { folder: b.directory });
    expect(await portal.code).toBe(0);
    expect(portal.events[0]).toEqual({ event: 'portal', address: null });
    expect(b.desktop.visits).toHaveLength(1);
    expect(b.shown()).toBe(1);

    const second = startCli(['connect', b.campus.profile.id, '--answers', await answers(b)], { folder: b.directory });
    expect(await second.code).toBe(2);
    expect(second.seen).toContain('Already connected');

    expect(await startCli(['disconnect'], { folder: b.directory }).code).toBe(0);
    expect(await run.code).toBe(0);
    expect(b.app.state.access).toEqual({ kind: 'idle', ending: null });
  });

  test('connect --quick goes to the campus that was used last, and to no other that is named beside it', async () => {
    const b = await open();
    const named = startCli(['connect', b.campus.profile.id, '--quick', '--answers', await answers(b)], { folder: b.directory });
    expect(await named.code).toBe(2);
    expect(b.app.state.access.kind).toBe('idle');
    const run = startCli(['connect', '--quick', '--answers', await answers(b), '--json'], { folder: b.directory });
    await when(b.app, ({ access }) => access.kind === 'connected');
    expect(b.app.state.profileId).toBe(b.campus.profile.id);
    expect(await startCli(['disconnect'], { folder: b.directory }).code).toBe(0);
    expect(await run.code).toBe(0);
  });

  test('status says that always-connect is paused and until when, and where the app waits for a person', async () => {
    const b = await open();
    await b.app.verbs.changePreferences({ alwaysConnect: true });
    await when(b.app, ({ alwaysConnect }) => alwaysConnect.step === 'asking' || alwaysConnect.step === 'stopped');
    const asking = startCli(['status', '--json'], { folder: b.directory });
    expect(await asking.code).toBe(0);
    expect(asking.events[0]).toMatchObject({ event: 'state', always: b.app.state.alwaysConnect.step });
    await b.app.verbs.disconnect();
    const paused = startCli(['status', '--json'], { folder: b.directory });
    expect(await paused.code).toBe(0);
    expect(paused.events[0]).toMatchObject({ always: 'paused', alwaysUntil: expect.any(Number) as unknown });
    const told = startCli(['status'], { folder: b.directory });
    expect(await told.code).toBe(0);
    expect(told.seen).toMatch(/paused/i);
  });

  test('connect’s proxy for other programs uses the app’s tunnel, as long as the terminal is there', async () => {
    const b = await open();
    const argv = ['connect', b.campus.profile.id, '--answers', await answers(b), '--app-tunnel', '0', '--json', '--show-secret'];
    const run = startCli(argv, { folder: b.directory });
    await run.until(({ events }) => events.find((event) => event.event === 'state' && event.state === 'connected'));
    const proxyEvent = run.events.find((event) => event.event === 'proxy');
    if (proxyEvent?.event !== 'proxy') throw new Error('no proxy');
    const { hostname, port } = new URL(b.campus.profile.portal.address);
    const target = `${hostname}:${port === '' ? 443 : port}`;
    expect(await throughProxy(proxyEvent.address, `${proxyEvent.user}:${proxyEvent.secret ?? ''}`, target)).toBe(200);
    expect(await throughProxy(proxyEvent.address, `${proxyEvent.user}:${b.proxy.secret}`, target)).toBe(407);
    run.interrupt();
    expect(await run.code).toBe(0);
    await expect.poll(() => throughProxy(proxyEvent.address, 'a:b', target).catch(() => 'closed')).toBe('closed');
  });

  test('a question is answered in the window or in the terminal, whichever is first', async () => {
    const b = await open();
    const typist = (question: string): string | null => (question.includes('Proceed?') ? 'yes' : null);
    const run = startCli(['connect', b.campus.profile.id], { folder: b.directory, typist });
    const { promptId } = await when(b.app, promptOf('credentials'));
    await run.until(({ seen }) => seen.includes('user ID'));
    const values = { user: student.userId, password: student.password };
    await b.app.verbs.answer({ promptId, answer: { kind: 'credentials', values }, remember: false });
    await run.until(({ seen }) => seen.includes('Send me a Push'));
    run.interrupt();
    expect(await run.code).toBe(0);
    expect(b.app.state.access.kind).toBe('idle');
  });

  test('a person who lost their phone is first offered the passcode that the app holds, and no push is recommended', async () => {
    const b = await open();
    const { app } = b;
    await app.verbs.startTask({ task: 'lost-phone' });
    await app.verbs.recoveryPasscode(kit);
    const { passcode } = await app.verbs.revealPasscode(undefined);
    const typist = (question: string): string | null => {
      if (question.includes('Proceed?')) return 'yes';
      return question.includes('number') || question.includes('Number') ? '1' : null;
    };
    const run = startCli(['connect', b.campus.profile.id], { folder: b.directory, typist });
    await when(app, ({ access }) => access.kind === 'connected');
    expect(run.seen).toMatch(/1\. Use your recovery passcode\n +2\. Enter a Passcode\n +3\. Send me a Push: /);
    expect(run.seen).toContain('may reach the phone that you lost');
    expect(run.seen).not.toContain('Recommended');
    expect(run.seen).not.toContain(passcode);
    run.interrupt();
    expect(await run.code).toBe(0);
  });

  test('a program cannot use a passcode that the app does not hold', async () => {
    await serve();
    const program = await speak();
    program.send({ id: 1, verb: 'answerHeld', promptId: 'p1' });
    await expect.poll(() => program.replies()).toMatchObject([{ type: 'failed', id: 1, failure: { code: 'not-now' } }]);
  });

  test('the app refuses a profile file that it does not know: 2', async () => {
    const b = await open();
    const other = await cliFolder();
    const file = join(other, 'other.causeway');
    await writeFile(file, JSON.stringify({ ...b.campus.profile, gateways: ['vpn.evil.test'] }));
    const run = startCli(['connect', file, '--answers', await answers(b)], { folder: b.directory });
    expect(await run.code).toBe(2);
    expect(b.app.state.access.kind).toBe('idle');
  });

  test('quitting the app ends the terminal’s session: 7', async () => {
    const b = await startAppBench();
    const server = await serveControl(
      b.directory,
      appSession(b.app, () => undefined),
      () => undefined,
    );
    const run = startCli(['connect', b.campus.profile.id, '--answers', await answers(b), '--json'], { folder: b.directory });
    await run.until(({ events }) => events.find((event) => event.event === 'state' && event.state === 'connected'));
    await server.close();
    expect(await run.code).toBe(7);
    await b.close();
  });
});

test('without the app, a second terminal sees and ends the session that the first one started', async () => {
  const b = await startAppBench();
  onTestFinished(() => b.close());
  const own = await cliFolder([b.campus.profile]);
  const file = await answersFile(own, { notice: 'proceed', user: student.userId, password: student.password, passcode: codeOf(b.campus) });
  const run = startCli(['connect', b.campus.profile.id, '--answers', file, '--json'], { folder: own });
  await run.until(({ events }) => events.find((event) => event.event === 'state' && event.state === 'connected'));
  const status = startCli(['status', '--json'], { folder: own });
  await status.code;
  expect(status.events[0]).toMatchObject({ state: 'connected', holder: 'command-line' });
  const second = startCli(['connect', b.campus.profile.id, '--answers', file], { folder: own });
  expect(await second.code).toBe(2);
  expect(await startCli(['disconnect'], { folder: own }).code).toBe(0);
  expect(await run.code).toBe(0);
  const none = startCli(['status', '--json'], { folder: own });
  await none.code;
  expect(none.events[0]).toEqual({ event: 'state', state: 'idle' });
});
