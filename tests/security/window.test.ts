import { readdirSync } from 'node:fs';
import https from 'node:https';
import * as fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { double, WebContentsView } from '../electron-double/index.ts';
import type { Application } from '../../electron/app/ports.ts';
import { serveBridge, type ServedBridge } from '../../electron/desktop/window/bridge-main.ts';
import { bridge, callNames, replySchema, type CallName } from '../../shared/bridge.ts';
import { valuesOf } from '../support/arbitrary.ts';
import { appState, accessStates } from '../support/app-state.ts';
import { startAppBench, when, type AppBench } from '../support/app.ts';
import { issue } from '../support/issuer.ts';
import { listen } from '../support/servers.ts';

vi.mock('electron', () => import('../electron-double/index.ts'));

/** A compromised page in the window: it calls every verb with any input. */
const ourFrame = double.frameAt('app://causeway/index.html');
let page: WebContentsView;
let served: ServedBridge | null = null;
beforeAll(() => {
  double.becomeReady();
  page = new WebContentsView();
});
afterEach(() => {
  served?.close();
  served = null;
});
afterAll(() => double.dispose());

const call = (name: string, input: unknown, frame: typeof ourFrame | null = ourFrame): Promise<unknown> =>
  double.invokeFrom(page.webContents, frame, `call:${name}`, input);

describe('calls that do not fit their schema', () => {
  let called: string[] = [];
  let lines: string[] = [];
  const serve = (): void => {
    called = [];
    lines = [];
    const noted = callNames.map((name) => [
      name,
      async (input: unknown) => {
        called.push(name);
        return input === undefined ? undefined : Promise.resolve<unknown>(undefined);
      },
    ]);
    const verbs = Object.fromEntries(noted) as Application['verbs'];
    const application: Application = {
      state: appState(accessStates.idle),
      onState: () => () => undefined,
      onTraffic: () => () => undefined,
      verbs,
      dial: () => Promise.reject(new Error('nothing is up')),
      openArgument: () => Promise.resolve(),
      quickConnect: () => Promise.resolve(),
      mayQuickConnect: () => true,
      tell: () => undefined,
      connect: () => Promise.resolve(),
      pageKeeper: () => null,
      mayQuit: () => true,
      shutdown: () => Promise.resolve(),
    };
    served = serveBridge(application, page.webContents, (line) => lines.push(line));
  };
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withNullPrototype: true,
    withBoxedValues: true,
    withSparseArray: true,
  });
  /** A valid input with one part replaced. */
  const nearly = (name: CallName): fc.Arbitrary<unknown> =>
    fc.tuple(valuesOf<unknown>(bridge.calls[name].in), fc.string(), anything).map(([good, key, junk]) => {
      if (good === null || typeof good !== 'object') return junk;
      const keys = Object.keys(good);
      return { ...good, [keys[key.length % Math.max(1, keys.length)] ?? key]: junk };
    });
  const hostile = fc.constantFrom(...callNames).chain((name) => fc.oneof(anything, nearly(name)).map((input) => [name, input] as const));

  it('a call that does not fit its schema gets a typed refusal and reaches no verb', async () => {
    serve();
    await fc.assert(
      fc.asyncProperty(hostile, async ([name, input]) => {
        called = [];
        const fits = bridge.calls[name].in.safeParse(input).success;
        const reply = replySchema(bridge.calls[name].out).safeParse(await call(name, input));
        if (fits) return;
        expect(reply.data).toMatchObject({ ok: false, failure: { code: 'request-invalid' } });
        expect(called).toEqual([]);
      }),
      { numRuns: 1_500 },
    );
    expect(lines.every((line) => line.length < 3_000)).toBe(true);
  });

  it('circular, deeply nested and megabyte inputs get the same typed refusal', async () => {
    serve();
    const circle: Record<string, unknown> = {};
    circle['answer'] = circle;
    let deep: unknown = null;
    for (let depth = 0; depth < 5_000; depth++) deep = [deep];
    for (const name of callNames)
      for (const input of [
        circle,
        deep,
        'x'.repeat(1_000_000),
        { profileId: 'x'.repeat(1_000_000) },
        JSON.parse('{"__proto__":{"yes":true}}'),
      ])
        if (!bridge.calls[name].in.safeParse(input).success)
          expect(await call(name, input), name).toMatchObject({ ok: false, failure: { code: 'request-invalid' } });
    expect(Reflect.get({}, 'yes')).toBeUndefined();
  });

  it('a call from another frame, or under an unknown name, is not answered', async () => {
    serve();
    for (const frame of [
      null,
      double.frameAt('app://causeway/index.html', ourFrame),
      double.frameAt('https://2fa.campus.test/'),
      double.frameAt('app://causeway.evil/'),
    ])
      for (const name of callNames)
        expect(await call(name, undefined, frame)).toMatchObject({ ok: false, failure: { code: 'request-invalid' } });
    for (const name of ['', '__proto__', 'constructor', 'toString', 'getState ', 'verbs'])
      await expect(call(name, undefined)).rejects.toThrow(/No handler/);
    expect(called).toEqual([]);
  });
});

describe('legal calls from a compromised page', () => {
  let bench: AppBench | null = null;
  afterEach(async () => {
    await bench?.close();
    bench = null;
  });
  const kept = 'canary-kept-in-the-keychain';

  /** A server that publishes a profile of its own. */
  async function evilCampus(): Promise<number> {
    const leaf = await issue(null, { dns: ['localhost'], authority: {} });
    const profile = {
      version: 1,
      id: 'evil',
      name: 'Evil Campus',
      gateways: ['localhost:9'],
      portal: { address: 'https://portal.evil.test/', hosts: ['portal.evil.test'], pages: 'other' },
      recovery: { address: 'https://recovery.evil.test/', interface: 'other' },
      helpDesk: { address: 'https://help.evil.test/' },
    };
    return listen(https.createServer({ key: leaf.keyPem, cert: leaf.pem }, (_request, response) => response.end(JSON.stringify(profile))));
  }

  async function open(): Promise<{ b: AppBench; messages: string[]; evil: string }> {
    const evil = `localhost:${await evilCampus()}`;
    const b = await startAppBench();
    bench = b;
    b.settings.update(() => ({ userIds: { 'campus-test': 'mei.chan' }, savedPasswords: ['campus-test'] }));
    await b.keytar.setPassword('Causeway', 'campus-test/mei.chan', kept);
    const messages: string[] = [];
    vi.spyOn(page.webContents, 'send').mockImplementation(
      (_channel: string, payload: unknown) => void messages.push(JSON.stringify(payload)),
    );
    served = serveBridge(b.app, page.webContents, (line) => messages.push(line));
    return { b, messages, evil };
  }

  it('legal calls in any order get typed replies, leak no secret, and open or write nothing unannounced', async () => {
    const { b, messages, evil } = await open();
    const ids = fc.constantFrom('campus-test', 'evil', 'nowhere', 'constructor', '__proto__');
    const gesture = fc.constantFrom(...callNames).chain((name) =>
      fc.tuple(fc.constant(name), valuesOf<unknown>(bridge.calls[name].in), ids, fc.boolean()).map(([verb, input, profileId, yes]) => {
        // Use existing ids: a page that knows the state knows them
        if (verb === 'previewAddress') return [verb, { address: yes ? evil : 'localhost:9' }] as const;
        if (input === null || typeof input !== 'object') return [verb, input] as const;
        return [verb, 'profileId' in input ? { ...input, profileId } : input] as const;
      }),
    );
    const external = new Set(['https://recovery.evil.test/', 'https://help.evil.test/']);
    await fc.assert(
      fc.asyncProperty(fc.array(gesture, { minLength: 5, maxLength: 40 }), async (gestures) => {
        for (const [name, input] of gestures) {
          const { access } = b.app.state;
          const aimed =
            input !== null && typeof input === 'object' && 'promptId' in input && access.kind === 'asking'
              ? { ...input, promptId: access.promptId }
              : input;
          const before = b.settings.get().profiles.length;
          const reply = await call(name, aimed);
          messages.push(JSON.stringify(reply));
          const parsed = replySchema(bridge.calls[name].out).safeParse(reply);
          expect(parsed.success, `${name} ${JSON.stringify(reply)}`).toBe(true);
          expect(parsed.data?.ok === false ? parsed.data.failure.code : '', `${name} ${JSON.stringify(reply)}`).not.toBe('internal');
          if (name !== 'acceptPreview') expect(b.settings.get().profiles.length).toBeLessThanOrEqual(before);
        }
      }),
      { numRuns: 60 },
    );
    expect(messages.join('\n')).not.toContain(kept);
    // What it may have opened comes from an added profile, and the desktop announces that profile
    expect(b.desktop.external.filter((address) => !external.has(address))).toEqual([]);
    expect(b.desktop.quit).toBe(0);
    expect([b.desktop.clipboard.includes(kept), b.desktop.clipboard.length < 5_000]).toEqual([false, true]);
    // Synchronous: settings are written synchronously, and a listing from another thread could see a half-written file
    expect(readdirSync(b.directory)).toEqual(['settings.json']);
  }, 60_000);

  it('the most that legal calls achieve is an added campus, which is announced outside the page and gets nothing of the others', async () => {
    const { b, messages, evil } = await open();
    const states: number[] = [];
    b.app.onState((state) => states.push(state.profiles.length));
    await call('openHelpDesk', undefined);
    await call('previewAddress', { address: evil });
    await call('confirm', { yes: true });
    expect(b.app.state.preview?.profile.id).toBe('evil');
    expect(await call('acceptPreview', undefined)).toMatchObject({ ok: true });
    // The state, which main uses for tray and notifications, says so at once (see notifications.test.ts)
    expect(states.at(-1)).toBe(2);
    await call('openHelpDesk', undefined);
    expect(b.desktop.external).toEqual(['https://help.evil.test/']);
    await call('connect', { profileId: 'evil' });
    await when(b.app, ({ access }) => access.kind === 'idle' && access.ending !== null);
    expect(b.keytar.entries.get('Causeway\ncampus-test/mei.chan')).toBe(kept);
    expect(messages.join('\n')).not.toContain(kept);
  });
});
