import type { WebContents } from 'electron';
import { afterAll, afterEach, beforeAll, expect, vi } from 'vitest';
import { app, double, webContents } from '../electron-double/index.ts';
import { AccessController, type ControllerDeps } from '../../electron/access/controller.ts';
import { answerProxyLogin } from '../../electron/desktop/pages/proxy-login.ts';
import type { DesktopSignInView } from '../../electron/desktop/sign-in/sign-in-view.ts';
import { browserDriver } from '../../electron/gateways/ivanti-web/driver.ts';
import type { OpenConnectGrant } from '../../electron/gateways/gateway.ts';
import { createVerifier } from '../../electron/trust/verifier.ts';
import { fail } from '../../shared/failure.ts';
import type { Profile } from '../../shared/profile.ts';
import type { Answer, PromptOf } from '../../shared/prompt.ts';
import { startIvanti, type Ivanti, type IvantiOptions } from '../peers/gateways/ivanti.ts';
import { handEnvironment, prompted } from './access.ts';
import { pagesOf, testPageArea } from './page-area.ts';
import { readyForPages, testSignInView, tunnelToNowhere } from './sign-in-view.ts';

/** The answer that opens the campus's page. */
export const inWindow: Answer = { kind: 'browser', where: 'window' };
/** The hosts of the stand-in's pages, besides the gateway's. */
export const pageHosts = ['idp.campus.test'];

type CampusPage = Awaited<ReturnType<typeof double.page>>;

/** Signs in on the gateway's own form. */
export async function signInOn(page: CampusPage, { user }: Pick<Ivanti, 'user'>): Promise<void> {
  await page.getByLabel('Username').fill(user.name);
  await page.getByLabel('Password', { exact: true }).fill(user.password);
  await page.getByRole('button', { name: 'Sign In' }).click();
}

export interface IvantiPagesOptions {
  formWaitMs?: number;
  /** Texts that may be in no log and no state, besides the password of the gateway's user. */
  secrets?: readonly string[];
  proxySignIn?: Parameters<typeof answerProxyLogin>[1];
}

/**
 * Sign-in on an Ivanti gateway's own pages for the tests of a file, which puts the double in the place of `electron`: the
 * real controller, driver and view; only the tunnel is a double. After each test it disconnects, and checks that no page is
 * left and that nothing that was typed is in a log or a state.
 */
export function useIvantiPages({ formWaitMs, secrets = [], proxySignIn = () => null }: IvantiPagesOptions = {}) {
  const log: string[] = [];
  const states: string[] = [];
  const grants: OpenConnectGrant[] = [];
  const navigations: string[] = [];
  const scripts: string[] = [];
  const engine = tunnelToNowhere(grants);
  const pageArea = testPageArea();
  let view: DesktopSignInView;
  let pages: ReturnType<typeof pagesOf>;
  let controller: AccessController;
  let ivanti: Ivanti;

  beforeAll(async () => {
    await readyForPages();
    app.on('web-contents-created', (_event: unknown, contents: WebContents) => {
      contents.on('did-navigate', (_navigated, address) => void navigations.push(address));
      const run = contents.executeJavaScriptInIsolatedWorld.bind(contents);
      vi.spyOn(contents, 'executeJavaScriptInIsolatedWorld').mockImplementation((...call) => {
        scripts.push(contents.getURL());
        return run(...call);
      });
    });
    view = testSignInView({ pageArea, log: (line) => log.push(line), ...(formWaitMs !== undefined && { formWaitMs }) });
    pages = pagesOf(view);
    answerProxyLogin((contents) => view.proxyOf(contents), proxySignIn);
  });
  afterAll(() => double.dispose());
  afterEach(async () => {
    await controller.disconnect();
    await ivanti.stop();
    const told = [...log, ...states].join('\n');
    for (const secret of [ivanti.user.password, ...secrets]) expect(told).not.toContain(secret);
    expect(pageArea.views).toEqual([]);
    expect(pages.current).toBeNull();
    for (const list of [log, states, grants, navigations, scripts]) list.length = 0;
  });

  return {
    log,
    /** Every state, as JSON. */
    states,
    /** What tunnels were opened with. */
    grants,
    /** The address of every page that the view has loaded. */
    navigations,
    /** The address of the page of every script of ours. */
    scripts,
    /** The views beside our column. */
    views: pageArea.views,
    /** What the state says of the page; null if none is open. */
    shown: () => pages.current,

    /** A gateway, and an attempt to connect to it by this profile. */
    begin: async (
      options: IvantiOptions,
      profileOf: (peer: Ivanti) => Profile,
      deps: Partial<ControllerDeps> = {},
    ): Promise<{ ivanti: Ivanti; controller: AccessController }> => {
      ivanti = await startIvanti(options);
      controller = new AccessController({
        drivers: { nc: browserDriver(view.open), pulse: browserDriver(view.open) },
        tunnels: { app: engine },
        direct: () => () => Promise.reject(fail('internal')),
        verifierFor: ({ trust }) => createVerifier({ trust, now: Date.now }),
        environment: handEnvironment(),
        client: { name: 'test', version: '0', installation: 'AAAAAAAAAAAAAAAAAAAAAAAA' },
        prepared: () => () => Promise.resolve(null),
        now: Date.now,
        random: Math.random,
        log: (line) => log.push(line),
        ...deps,
      });
      controller.onChange((state) => states.push(JSON.stringify(state)));
      controller.connect(profileOf(ivanti));
      return { ivanti, controller };
    },

    /** The page in view, once its heading says this. */
    pageWith: (heading: string) =>
      vi.waitFor(
        async () => {
          for (const contents of webContents.getAllWebContents()) {
            if (!contents.getURL().startsWith('https:')) continue;
            const shown = await double.page(contents);
            if ((await shown.locator('h1').textContent({ timeout: 500 })) === heading) return shown;
          }
          throw new Error(`no page '${heading}'`);
        },
        { timeout: 15_000, interval: 50 },
      ),

    /** The page closes itself (`window.close()`). */
    closePage: (): void => webContents.getAllWebContents()[0]?.close(),

    /** Waits until the question comes again, with this failure. */
    askedAgain: <K extends 'browser' | 'credentials'>(kind: K, code: string): Promise<PromptOf<K>> =>
      vi.waitFor(
        async () => {
          const { prompt } = await prompted(controller, kind);
          expect(prompt).toMatchObject({ failure: { code } });
          return prompt;
        },
        { timeout: 20_000 },
      ),
  };
}
