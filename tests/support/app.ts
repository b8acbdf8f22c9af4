import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCampus, type Campus, type CampusOptions } from '../../campus/campus.ts';
import type { ControllerDeps } from '../../electron/access/controller.ts';
import type { Environment } from '../../electron/access/environment.ts';
import { createApplication } from '../../electron/app/application.ts';
import type { Application, PortalPage, PortalVisit, SignInPage } from '../../electron/app/ports.ts';
import { withoutPolicy, type PolicyView } from '../../electron/app/policy/policy-control.ts';
import { withoutUpdates, type UpdatesView } from '../../electron/app/updates/updates-view.ts';
import { campusDriver } from '../../electron/gateways/campus/driver.ts';
import type { ShippedCampus } from '../../electron/storage/campuses.ts';
import type { Encryption } from '../../electron/storage/page-sign-ins.ts';
import { Secrets, type Keytar } from '../../electron/storage/secrets.ts';
import { Settings } from '../../electron/storage/settings.ts';
import { directDial } from '../../electron/tunnels/direct.ts';
import { startLoopbackProxy, type LoopbackProxy } from '../../electron/tunnels/loopback-proxy.ts';
import { relayTunnel } from '../../electron/tunnels/relay.ts';
import type { Proxies } from '../../electron/net/proxy/lookup.ts';
import type { AppState } from '../../shared/app-state.ts';
import type { Profile } from '../../shared/profile.ts';
import type { Localizer } from '../../shared/messages/localizer.ts';
import type { Preferences } from '../../shared/settings.ts';
import { lastingPort } from './ports.ts';
import { english } from './english.ts';
import { handEnvironment } from './access.ts';
import { bareTools } from './check-tools.ts';
import { removeFolder } from './folders.ts';

/** A keychain in memory, with the interface of the real one. */
export function memoryKeytar(): Keytar & { entries: Map<string, string> } {
  const entries = new Map<string, string>();
  const key = (service: string, account: string): string => `${service}\n${account}`;
  return {
    entries,
    getPassword: (service, account) => Promise.resolve(entries.get(key(service, account)) ?? null),
    setPassword: async (service, account, password) => void entries.set(key(service, account), password),
    deletePassword: (service, account) => Promise.resolve(entries.delete(key(service, account))),
  };
}

/** The application without a desktop: everything is real except what shows things. */
export interface AppRun {
  /** The settings folder. */
  directory: string;
  app: Application;
  settings: Settings;
  keytar: ReturnType<typeof memoryKeytar>;
  proxy: LoopbackProxy;
  environment: ReturnType<typeof handEnvironment>;
  log: string[];
  /** What the desktop was asked to do. */
  desktop: {
    visits: PortalVisit[];
    open: boolean;
    shown: number;
    clipboard: string;
    quit: number;
    external: string[];
    /** The reports that were saved. */
    saved: { name: string; text: string; zip: Uint8Array }[];
    /** The preferences that were carried out last, and whether the policy decides the start at sign-in. */
    preferences: { preferences: Preferences; isDecided: boolean } | null;
    /** The profile file that the person chooses. */
    file: { name: string; text: string } | null;
    /** The certificate file that the person chooses. */
    certificate: string | null;
    page(page: PortalPage | null): void;
    /** The sign-in page is there now; null: it has closed. */
    signInPage(page: SignInPage | null): void;
    /** What was asked of the sign-in page. */
    signInCalls: ('back' | 'reload' | 'copy')[];
  };
  close(): Promise<void>;
}

export interface AppBench extends AppRun {
  campus: Campus;
}

export interface AppRunOptions {
  /** The computer's clock. */
  now?: () => number;
  /** Reports sleep and network changes, besides the events that the test fires. */
  environmentOf?: (hand: Environment) => Environment;
  /** The driver, if it is not only the campus's own. */
  drivers?: ControllerDeps['drivers'];
  /** What carries traffic, where it is not the relay alone. */
  tunnels?: ControllerDeps['tunnels'];
  /** The computer's policy. Default: none. */
  policy?: PolicyView;
  /** Updates of the app. Default: none. */
  updates?: UpdatesView;
  /** Where settings are from before. Default: a new folder. */
  directory?: string;
  /** What encrypts kept page sign-ins. Default: nothing. */
  encryption?: Encryption;
  /** Another VPN that is up. Default: none, whatever this machine has. */
  otherVpn?: () => Promise<string | null>;
  /** The campuses that ship in the app. Default: none. */
  campuses?: readonly ShippedCampus[];
  /** The computer's web proxies. Default: none. */
  proxies?: Proxies;
  /** The app's language. Default: English. */
  localizer?: Localizer;
}

/** A campus and the application that connects to it. */
export async function startAppBench(
  options: CampusOptions = {},
  { withProfile = true, ...runOptions }: { withProfile?: boolean } & AppRunOptions = {},
): Promise<AppBench> {
  const campus = await startCampus({ port: await lastingPort(), ...options });
  const run = await startApp(withProfile ? [campus.profile] : [], runOptions);
  return {
    ...run,
    campus,
    async close() {
      await run.close();
      await campus.stop();
    },
  };
}

/** The application with these profiles and its own settings. */
export async function startApp(
  profiles: readonly Profile[],
  {
    now = Date.now,
    environmentOf = (hand) => hand,
    drivers = { campus: campusDriver },
    tunnels = { relay: relayTunnel },
    policy = withoutPolicy,
    updates = withoutUpdates,
    directory: known,
    encryption,
    otherVpn = () => Promise.resolve(null),
    campuses = [],
    proxies,
    localizer = english,
  }: AppRunOptions = {},
): Promise<AppRun> {
  const directory = known ?? (await mkdtemp(join(tmpdir(), 'causeway-app-')));
  const settings = await Settings.open(directory);
  if (profiles.length > 0) settings.update(() => ({ profiles: [...profiles] }));
  const keytar = memoryKeytar();
  const proxy = await startLoopbackProxy();
  const environment = handEnvironment();
  const log: string[] = [];
  let onPage: (page: PortalPage | null) => void = () => undefined;
  let onSignInPage: (page: SignInPage | null) => void = () => undefined;
  const desktop: AppRun['desktop'] = {
    visits: [],
    open: false,
    shown: 0,
    clipboard: '',
    quit: 0,
    external: [],
    saved: [],
    preferences: null,
    file: null,
    certificate: null,
    page: (page) => onPage(page),
    signInPage: (page) => onSignInPage(page),
    signInCalls: [],
  };
  const app = createApplication({
    drivers,
    policy,
    updates,
    campuses: () => Promise.resolve(campuses),
    ...(encryption ? { encryption } : {}),
    tunnels,
    direct: directDial,
    environment: environmentOf(environment),
    otherVpn,
    localizer: () => localizer,
    versions: () => [['Causeway', '0.0.0']],
    checkTools: bareTools,
    ...(proxies ? { proxies } : {}),
    now,
    random: Math.random,
    log: (line) => log.push(line),
    settings,
    secrets: new Secrets(() => Promise.resolve(keytar)),
    proxy,
    about: { version: '0.0.0', linksOpen: true, platform: 'linux', languages: ['en-GB'] },
    desktop: {
      portal: {
        async open(visit) {
          desktop.visits.push(visit);
          desktop.open = true;
        },
        async close() {
          desktop.open = false;
        },
        back: () => undefined,
        reload: () => undefined,
        onPage: (listener) => {
          onPage = listener;
        },
      },
      signInPage: {
        back: () => void desktop.signInCalls.push('back'),
        reload: () => void desktop.signInCalls.push('reload'),
        async copyBlockedHosts() {
          desktop.signInCalls.push('copy');
        },
        onPage: (listener) => {
          onSignInPage = listener;
        },
      },
      showWindow: () => desktop.shown++,
      clipboard: {
        async write(text) {
          desktop.clipboard = text;
        },
        read: () => Promise.resolve(desktop.clipboard),
      },
      async openExternal(address) {
        desktop.external.push(address);
      },
      async openNetworkPage(address) {
        desktop.external.push(address);
      },
      chooseProfileFile: () => Promise.resolve(desktop.file),
      chooseCertificateFile: () => Promise.resolve(desktop.certificate),
      showLogs: () => Promise.resolve(),
      saveReport: async (report) => {
        desktop.saved.push(report);
        return true;
      },
      applyPreferences(preferences, isDecided = false) {
        desktop.preferences = { preferences, isDecided };
      },
      quit: () => desktop.quit++,
    },
  });
  return {
    directory,
    app,
    settings,
    keytar,
    proxy,
    environment,
    log,
    desktop,
    async close() {
      await app.shutdown();
      await removeFolder(directory);
    },
  };
}

/** Waits until `pick` finds something in the application's state. */
export function when<T>(app: Application, pick: (state: AppState) => T | null | undefined | false, withinMs = 20_000): Promise<T> {
  return new Promise((resolve, reject) => {
    const look = (state: AppState): void => {
      const found = pick(state);
      if (found === null || found === undefined || found === false) return;
      clearTimeout(timer);
      off();
      resolve(found);
    };
    const off = app.onState(look);
    const timer = setTimeout(() => {
      off();
      reject(new Error(`waited in vain: ${JSON.stringify(app.state)}`));
    }, withinMs);
    look(app.state);
  });
}

/** The open, unanswered prompt of a kind. */
export function promptOf(kind: string) {
  return ({ access }: AppState) => (access.kind === 'asking' && !access.answered && access.prompt.kind === kind ? access : null);
}
