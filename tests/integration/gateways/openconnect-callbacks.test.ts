import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { buildOpenConnectWorker } from '../../../build/openconnect-worker.ts';
import { forkWorker } from '../../../electron/worker/fork-worker.ts';
import type { SignInOptions, ToWorker } from '../../../electron/gateways/openconnect/process/messages.ts';
import type { WorkerProcess } from '../../../electron/worker/worker.ts';
import { workerEnvironment } from '../../../electron/worker/worker-environment.ts';
import type { Profile } from '../../../shared/profile.ts';
import { FormGateway, signInForm, type FormSpec, type Step } from '../../peers/gateways/form-gateway.ts';
import {
  libraries,
  accept,
  credentials,
  failsWith,
  hasIPv6,
  missingLibrary,
  person,
  startDriver,
  targetFor,
  workerFile,
  type Script,
} from '../../peers/openconnect-bench.ts';
import { agentFor } from '../../../shared/user-agent.ts';
import { awaitedLater } from '../../support/awaited-later.ts';

const system: Partial<Profile> = { trust: { kind: 'system' } };
const mei: Script = { certificate: accept, credentials: credentials('mei', 'harbour'), browser: { kind: 'browser', where: 'window' } };
const page = (more = ''): FormSpec => ({
  inputs: [{ type: 'sso', name: 'sso-token' }],
  more:
    '<sso-v2-login>https://idp.campus.test/start</sso-v2-login><sso-v2-login-final>https://forms.campus.test/done</sso-v2-login-final>' +
    `<sso-v2-token-cookie-name>acSamlv2Token</sso-v2-token-cookie-name><sso-v2-error-cookie-name>acSamlv2Error</sso-v2-error-cookie-name>${more}`,
});

describe.skipIf(missingLibrary() !== null)('library callbacks that throw', () => {
  const cleanUp: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const each of cleanUp.splice(0)) await each();
  });

  const begin = async (fails: string, form: FormSpec, profile: Partial<Profile> = {}, next: () => Step = () => 'success') => {
    const gateway = await FormGateway.start(({ init }) => (init ? form : next()));
    const preload = `${pathToFileURL(join(import.meta.dirname, '../../peers/koffi-failing.mjs')).href}?${fails}`;
    const shows = { openSignInPage: () => Promise.resolve({ kind: 'closed' as const }), openInBrowser: () => Promise.resolve() };
    const bench = await startDriver(shows, preload);
    cleanUp.push(
      () => gateway.stop(),
      () => bench.driver.stop(),
    );
    const who = person(mei);
    const session = awaitedLater(bench.driver.signIn(targetFor(gateway.profile(profile)), who.ask, new AbortController().signal));
    return { gateway, bench, who, session };
  };
  const browser: Partial<Profile> = { browser: { hosts: ['idp.campus.test'] } };
  const external = '<sso-v2-browser-mode>external</sso-v2-browser-mode>';

  test.each([
    { of: 'certificates', fails: 'oc_validate', form: signInForm, profile: system, callback: 'validatePeer', requested: 0 },
    { of: 'forms', fails: 'oc_form', form: signInForm, profile: {}, callback: 'processForm', requested: 1 },
    { of: 'the log', fails: 'oc_progress', form: signInForm, profile: {}, callback: 'progress', requested: 0 },
    { of: 'names', fails: 'oc_resolve', form: signInForm, profile: {}, callback: 'resolve', requested: 0 },
    { of: 'sign-in pages', fails: 'oc_webview', form: page(), profile: browser, callback: 'webview', requested: 1 },
    ...(hasIPv6
      ? [{ of: 'the own browser', fails: 'oc_own_browser', form: page(external), profile: browser, callback: 'ownBrowser', requested: 1 }]
      : []),
  ])(
    'a callback for $of that throws refuses: nothing is accepted, nobody is asked, no form is answered',
    async ({ fails, form, profile, callback, requested }) => {
      const { gateway, bench, who, session } = await begin(fails, form, profile);
      const error: unknown = await session.catch((thrown: unknown) => thrown);
      expect(error).toMatchObject(failsWith('component-failed'));
      expect(error).toMatchObject({ failure: { detail: expect.stringMatching(`^${callback}: RangeError at .*\\d`) as unknown } });
      expect(who.kinds()).toEqual([]);
      // What it heard is the first word of a sign-in, and no more
      expect(gateway.requests.map(({ init }) => init)).toEqual(Array(requested).fill(true));
      expect(bench.log).toContainEqual(expect.stringContaining(callback));
      expect(JSON.stringify([bench.log, error])).not.toContain('canary-9141');
    },
  );

  test.each([
    { of: 'forms', fails: 'oc_form@2', kinds: ['credentials'] },
    { of: 'the log', fails: 'oc_progress@4', kinds: [] },
  ])('a callback for $of that throws in mid-sign-in ends it, and the next sign-in gets a new process', async ({ fails, kinds }) => {
    const { gateway, bench, who, session } = await begin(fails, signInForm, {}, () => ({ ...signInForm, error: 'Login failed.' }));
    await expect(session).rejects.toMatchObject(failsWith('component-failed'));
    expect(who.kinds()).toEqual(kinds);
    expect(gateway.requests.filter(({ init }) => !init)).toHaveLength(kinds.length);
    const next = bench.driver.signIn(targetFor(gateway.profile()), person(mei).ask, new AbortController().signal);
    await expect(next).rejects.toMatchObject(failsWith('component-failed'));
    expect(bench.workers).toHaveLength(2);
  });
});

test('a worker that cannot load its C bindings reports the missing component every time, and stays alive', async () => {
  // Above it there is no node_modules
  const folder = mkdtempSync(join(tmpdir(), 'cw-no-koffi-'));
  await buildOpenConnectWorker(folder);
  const gateway = await FormGateway.start(() => signInForm);
  const workers: WorkerProcess[] = [];
  const startWorker = () => {
    const worker = forkWorker(join(folder, 'openconnect-worker.mjs'))();
    workers.push(worker);
    return worker;
  };
  const { driver, log } = await startDriver({ startWorker });
  onTestFinished(async () => {
    driver.stop();
    await gateway.stop();
    rmSync(folder, { recursive: true });
  });
  for (const turn of ['first', 'second']) {
    const session = driver.signIn(targetFor(gateway.profile()), person({}).ask, new AbortController().signal);
    await expect(session, turn).rejects.toMatchObject(failsWith('component-missing', { component: 'koffi' }));
  }
  expect(workers).toHaveLength(1);
  expect(log).toContainEqual(expect.stringContaining("Cannot find package 'koffi'"));
  expect(gateway.requests).toEqual([]);
});

/** A worker whose app is gone ends with its question open: Node would have its callback unwind, and C take a 0 for the answer. */
test.skipIf(missingLibrary() !== null)('a worker that gets no answers accepts no certificate and answers no form', async () => {
  const gateway = await FormGateway.start(() => signInForm);
  onTestFinished(() => gateway.stop());
  const child = fork(await workerFile(), [], { env: workerEnvironment(), serialization: 'advanced', stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const asked: string[] = [];
  child.on('message', (message: { type: string }) => asked.push(message.type));
  const options: SignInOptions = {
    protocol: 'anyconnect',
    url: `https://${gateway.host}/`,
    agent: agentFor('linux'),
    systemTrust: false,
    detours: [{ host: gateway.host, port: 443, loopbackPort: gateway.port }],
    web: false,
  };
  child.send({ type: 'sign-in', attempt: 1, libraries, options } satisfies ToWorker);
  await expect.poll(() => asked).toContain('certificate');
  child.disconnect();
  await once(child, 'exit');
  expect(gateway.requests).toEqual([]);
});
