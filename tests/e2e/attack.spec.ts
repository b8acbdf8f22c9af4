import * as fc from 'fast-check';
import { bridge, callNames } from '../../shared/bridge.ts';
import { inDouble, onRealElectron } from './support/double.ts';
import { expect, test, type Scene } from './support/scene.ts';

/** Attacks on the whole app: its page taken over, a hostile gateway and a hostile portal. */

interface TakenOver {
  causeway: { call(name: string, input: unknown): Promise<{ ok: boolean; failure?: { code: string } }> };
}

/** The result of one call from the page's own script: the failure's code, `ok`, or what was thrown. */
function callFromPage(scene: Scene, calls: readonly (readonly [string, unknown])[]): Promise<string[]> {
  return scene.window.evaluate(async (wanted) => {
    const { causeway } = window as unknown as TakenOver;
    const outcome = ([name, input]: readonly [string, unknown]): Promise<string> =>
      causeway.call(name, input).then(
        (reply) => (reply.ok ? 'ok' : (reply.failure?.code ?? 'untyped')),
        (error: unknown) => `thrown: ${String(error)}`,
      );
    return Promise.all(wanted.map(outcome));
  }, calls);
}

test('the app refuses every malformed call from a page that was taken over, each with a typed failure, and keeps working', async ({
  open,
}) => {
  const scene = await open();
  const before = await scene.client.log();
  const json = fc.sample(fc.jsonValue({ maxDepth: 4 }), { numRuns: 40, seed: 2026 });
  const invalid = callNames.flatMap((name) =>
    json.filter((input) => !bridge.calls[name].in.safeParse(input).success).map((input) => [name, input] as const),
  );
  expect(invalid.length).toBeGreaterThan(1_000);
  const outcomes = await callFromPage(scene, invalid);
  expect(outcomes.filter((outcome) => outcome !== 'request-invalid')).toEqual([]);

  // Values that JSON does not have. `changePreferences` alone accepts an object without any of its keys
  const names = callNames.filter((name) => name !== 'changePreferences');
  const exotic = await scene.window.evaluate(async (verbs) => {
    const { causeway } = window as unknown as TakenOver;
    const circle: Record<string, unknown> = {};
    circle['profileId'] = circle;
    let deep: unknown = null;
    for (let depth = 0; depth < 200; depth++) deep = [deep];
    const inputs = [
      1n,
      NaN,
      new Map([[1, 2]]),
      new Set([1]),
      new Uint8Array(1_000),
      new Date(),
      new Error('x'),
      deep,
      'x'.repeat(2_000_000),
      null,
    ];
    const replies = verbs.flatMap((name) =>
      inputs.map((input) => causeway.call(name, input).then((reply) => reply.failure?.code ?? 'ok', String)),
    );
    // These cannot even be sent
    const unsent = [circle, () => undefined, Symbol('x'), window].map((input) =>
      Promise.resolve()
        .then(() => causeway.call('connect', input))
        .then(
          (reply) => reply.failure?.code ?? 'ok',
          () => 'not sent',
        ),
    );
    return { replies: [...new Set(await Promise.all(replies))], unsent: await Promise.all(unsent) };
  }, names);
  expect(exotic.replies).toEqual(['request-invalid']);
  for (const outcome of exotic.unsent) expect(['not sent', 'request-invalid']).toContain(outcome);

  for (const unknown of ['eval', '__proto__', 'constructor', 'toString', ''])
    expect((await callFromPage(scene, [[unknown, 'x']]))[0]).toMatch(/^thrown: .*no such call/);
  // The app runs, its state is unchanged, and only refusals were logged
  expect(await callFromPage(scene, [['getState', undefined]])).toEqual(['ok']);
  await expect(scene.button('Connect')).toBeVisible();
  const logged = (await scene.client.log()).slice(before.length);
  expect(logged.split('\n').filter((line) => line !== '' && !/ bridge: request-invalid in \w+, /.test(line))).toEqual([]);
});

test('a frame in the app’s page gets no access, and the page cannot navigate elsewhere', async ({ open }) => {
  const scene = await open();
  const { window } = scene;
  const address = window.url();
  const inFrame = await window.evaluate(async () => {
    const frame = document.body.appendChild(document.createElement('iframe'));
    const inner = frame.contentWindow as unknown as Partial<TakenOver> | null;
    const answer = inner?.causeway?.call('getState', undefined).then((reply) => (reply.ok ? 'answered' : 'refused'));
    // Replies come in order, so a reply to the frame would arrive before the replies to what the page itself asks later
    const later = async (): Promise<string> => {
      for (let round = 0; round < 3; round++) await (window as unknown as TakenOver).causeway.call('getState', undefined);
      return 'silence';
    };
    return Promise.race([answer ?? 'no bridge', later()]);
  });
  expect(inFrame).not.toBe('answered');

  /** What main refused, and what Chromium blocked before main was asked. */
  await scene.client.electron.evaluate(({ webContents }) => {
    const refused: string[] = [];
    Reflect.set(globalThis, 'refused', refused);
    for (const contents of webContents.getAllWebContents())
      contents.on('will-navigate', (event) => void refused.push(`${event.url} ${event.defaultPrevented ? 'prevented' : 'allowed'}`));
  });
  const refused = () => scene.client.electron.evaluate(() => Reflect.get(globalThis, 'refused') as string[]);
  const messages: string[] = [];
  window.on('console', (message) => messages.push(message.text()));
  await window.evaluate(() => void globalThis.open('https://example.org/window'));
  await window.evaluate(() => void (location.href = 'data:text/html,x'));
  await expect.poll(() => messages.join('\n')).toContain('Not allowed to navigate top frame to data URL');
  await window.evaluate(() => location.replace('file:///etc/passwd'));
  await expect.poll(() => messages.join('\n')).toContain('Not allowed to load local resource: file:///etc/passwd');
  await window.evaluate(() => void (location.href = 'https://example.org/link'));
  await expect.poll(refused).toContain('https://example.org/link prevented');
  await window.evaluate(() => {
    const form = document.body.appendChild(document.createElement('form'));
    form.action = 'https://example.org/form';
    form.method = 'post';
    form.submit();
  });
  // Our page's own policy blocks it first
  await expect.poll(() => messages.join('\n')).toMatch(/form data to 'https:\/\/example\.org\/form' violates/);
  expect((await refused()).filter((line) => !line.endsWith(' prevented'))).toEqual([]);
  expect(await callFromPage(scene, [['getState', undefined]])).toEqual(['ok']);
  expect(window.url()).toBe(address);
  await expect.poll(() => scene.client.electron.windows().length).toBe(1);
});

test('a call from another frame or another page of the app is refused', async ({ open }) => {
  test.skip(onRealElectron, 'a frame of the test’s choice');
  const scene = await open();
  await scene.signedIn();
  await scene.button('Open device portal').click();
  await expect((await scene.client.portal()).getByText('Add a new Device').first()).toBeVisible();
  const replies = await scene.client.electron.evaluate(async (electron) => {
    const double = Reflect.get(electron, 'double') as {
      invokeFrom(contents: unknown, frame: unknown, channel: string): Promise<unknown>;
      frameAt(url: string, parent?: unknown): unknown;
    };
    const [ours, portal] = electron.webContents.getAllWebContents().sort((a, b) => a.id - b.id);
    const main = double.frameAt('app://causeway/index.html');
    return Promise.all(
      [
        [portal, main],
        [portal, double.frameAt('https://2fa.campus.test/')],
        [ours, double.frameAt('https://2fa.campus.test/')],
        [ours, double.frameAt('app://causeway/index.html', main)],
        [ours, null],
      ].map(([contents, frame]) => double.invokeFrom(contents, frame, 'call:getState')),
    );
  });
  for (const reply of replies) expect(reply).toMatchObject({ ok: false, failure: { code: 'request-invalid' } });
  expect(replies).toHaveLength(5);
});

test('markup and direction marks in a gateway’s text are shown as plain text or removed, and its longest notice scrolls', async ({
  open,
}) => {
  const markup = '<img src=x onerror="document.title=1"><script>document.title=2</script><a href="https://evil.test/">here</a>';
  const marks = '\u202E\u2066\u200B\u0007\u001B[31m';
  const notice = `${marks}${markup}\n${'All work and no play. '.repeat(800)}\nTHE END`;
  const scene = await open({ notice });
  await scene.connect();
  const { window } = scene;
  await expect(window.getByText('<script>document.title=2</script>').first()).toBeVisible();
  await expect(window.getByText('THE END').first()).toBeAttached();
  expect(
    await window.evaluate(() => ({
      title: document.title,
      strange: document.querySelectorAll('img[src=x], main a[href]').length,
      text: document.body.innerText,
    })),
  ).toMatchObject({
    title: expect.not.stringMatching(/^[12]$/),
    strange: 0,
    text: expect.not.stringMatching(/[\u202E\u2066\u200B\u0007\u001B]/),
  });
  // The button to decline is in view, however long the notice is
  await expect(scene.button('Decline')).toBeInViewport();
  await expect(scene.button('Proceed')).toBeInViewport();
});

test('a portal page that blocks its own closing is closed all the same', async ({ open }) => {
  const scene = await open();
  await scene.signedIn();
  await scene.button('Open device portal').click();
  const portal = await scene.client.portal();
  await expect(portal.getByText('Add a new Device').first()).toBeVisible();
  await portal.evaluate(() => {
    addEventListener('beforeunload', (event) => event.preventDefault());
    setInterval(() => history.pushState({}, '', '/home?again'), 5);
    void document.documentElement.requestFullscreen().catch(() => undefined);
    void Promise.resolve(document.body.requestPointerLock()).catch(() => undefined);
    document.title = 'Causeway: your session ended, type your password';
    setTimeout(() => {
      for (;;);
    }, 50);
  });
  await scene.button('Close portal').click();
  await expect(scene.button('Open device portal')).toBeVisible();
  await expect.poll(() => inDouble(scene.client, (double) => double.windows().length)).toBe(1);
  await scene.button('Disconnect').click();
  await expect(scene.button('Connect')).toBeVisible();
});
