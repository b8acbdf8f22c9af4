import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { app, nativeImage, session } from 'electron';
import { agentFor } from '../shared/user-agent.ts';
import { failureOf } from '../shared/failure.ts';
import { linkScheme } from '../shared/link.ts';
import { withClockGap } from './access/clock-gap.ts';
import { orphanTunnel } from './access/orphan-tunnels.ts';
import { otherVpn } from './access/other-vpn.ts';
import { createApplication } from './app/application.ts';
import { serveControl } from './app/control/control.ts';
import { appSession } from './app/control/app-session.ts';
import { installKind, versionsHere } from './app/report/versions.ts';
import { prewarmWorker } from './app/worker-prewarm.ts';
import type { Application } from './app/ports.ts';
import { AppLanguage } from './desktop/system/app-language.ts';
import { collectArguments, everybodyFlag, leaveFolder, type OpenedArguments } from './desktop/system/arguments.ts';
import { startedBySystem } from './desktop/system/autostart.ts';
import { stayHidden } from './desktop/window/stay-hidden.ts';
import { serveBridge } from './desktop/window/bridge-main.ts';
import { perform, type Command } from './desktop/system/command.ts';
import { createDesktopPorts } from './desktop/desktop-ports.ts';
import { earlyNotices } from './desktop/system/start-notices.ts';
import { createEnvironment } from './desktop/system/environment.ts';
import { createDesktopPresenters, type DesktopPresenters } from './desktop/tray/presenters.ts';
import { takeFault } from './desktop/system/fault-note.ts';
import { hardenEveryPage, lockSession } from './desktop/pages/hardening.ts';
import { openLog, readLogs } from './desktop/system/log.ts';
import { noteSteps } from './desktop/system/steps.ts';
import { dropVariables, refusedSwitches } from './desktop/system/switches.ts';
import { endOnFaults, sandboxRequired, startFailed, switchesRefused } from './desktop/system/fatal-errors.ts';
import { openUserFolder } from './desktop/system/user-folder.ts';
import { createPortalView } from './desktop/portal/portal-view.ts';
import { answerProxyLogin } from './desktop/pages/proxy-login.ts';
import { createQuitFlow } from './desktop/system/quit.ts';
import { registerAppScheme, serveAppScheme } from './desktop/window/scheme.ts';
import { systemProxy } from './desktop/system/system-proxy.ts';
import { watchForTray } from './desktop/tray/tray.ts';
import { safeStorageEncryption } from './desktop/sign-in/cookie-encryption.ts';
import { createSignInView } from './desktop/sign-in/sign-in-view.ts';
import { createUpdates } from './desktop/updates/create-updates.ts';
import { updateModeUnder } from './app/policy/preferences.ts';
import { createMainWindow } from './desktop/window/window.ts';
import { utilityWorker } from './desktop/system/worker.ts';
import { browserDriver } from './gateways/ivanti-web/driver.ts';
import { driversFor } from './gateways/drivers.ts';
import { killTree } from './worker/kill-tree.ts';
import { librariesFor, openconnectDriver } from './gateways/openconnect/driver.ts';
import { workerEnvironment } from './worker/worker-environment.ts';
import { campusesIn } from './storage/campuses.ts';
import { LivePolicy } from './storage/policy/live-policy.ts';
import { policyPlaces } from './storage/policy/places.ts';
import { keytarLoader, Secrets } from './storage/secrets.ts';
import { builtHere } from './tunnels/openconnect/programs-linux.ts';
import { Settings } from './storage/settings.ts';
import { findOldTls } from './net/old-tls.ts';
import { Proxies } from './net/proxy/lookup.ts';
import { Redactor } from './redaction/redactor.ts';
import { systemRoots } from './trust/roots.ts';
import { dialOnly, directDial } from './tunnels/direct.ts';
import { startLoopbackProxy } from './tunnels/loopback-proxy.ts';
import { appTunnel } from './tunnels/openconnect/app.ts';
import { helperSocket } from './helper-client/address.ts';
import { startHelperOnce } from './helper-client/start.ts';
import { helperState, proveToHelper, systemTunnel } from './tunnels/openconnect/system.ts';
import { relayTunnel } from './tunnels/relay.ts';

/**
 * The composition root: it builds every part once and passes each part the others that it needs. Calls that Electron wants
 * before `ready` come first. Do not write a top-level `await` here: `ready` fires only after this module has been
 * evaluated, so it would wait for ever (electron#40719). `build/bundle.ts` refuses one.
 */
app.enableSandbox();
app.setAppUserModelId('org.causeway.client');
// The far end of the tunnel looks up the names in a page's links, never the local network
app.commandLine.appendSwitch('dns-prefetch-disable');
registerAppScheme();
hardenEveryPage();

const { folder: userData, notice: folderNotice } = openUserFolder();
const logFolder = join(userData, 'logs');
const redactor = new Redactor(() => readLogs(logFolder));
// Before the first line: what a folder's name or the system may put into any of them
redactor.typed.add(userInfo().username, 'person');
redactor.typed.add(hostname(), 'host');
const log = openLog(logFolder, redactor);
let application: Application | null = null;
const language = new AppLanguage(app.getPreferredSystemLanguages(), log.line);
endOnFaults({
  log,
  folder: userData,
  now: Date.now,
  spoken: () => language.spoken,
  onUnhandled: () => application?.tell({ code: 'internal' }),
});

const dropped = app.isPackaged ? dropVariables(process.env) : [];
if (dropped.length > 0) log.line(`not heeded, of the environment: ${dropped.join(', ')}`);
const refused = app.isPackaged ? refusedSwitches(process.argv.slice(1), process.platform) : [];
const opened = refused.length === 0 ? collectArguments() : null;
leaveFolder();
if (opened)
  app
    .whenReady()
    .then(() => start(opened))
    .catch((thrown: unknown) => startFailed(thrown, log, language.spoken));
else if (refused.length > 0) switchesRefused(refused, log, language.spoken);
else app.quit();

async function start(arguments_: OpenedArguments): Promise<void> {
  log.line(`Causeway ${app.getVersion()} on ${process.platform} ${process.arch}, Electron ${process.versions.electron}`);
  // In a thread of its own, so that the window does not wait for it
  systemRoots.begin(log.line);
  const linksOpen = !app.isPackaged || app.setAsDefaultProtocolClient(linkScheme);

  const livePolicy = await LivePolicy.open(policyPlaces(process.platform, process.env), process.platform);
  const { policy } = livePolicy.current;
  log.setLevel(policy.logLevel);
  livePolicy.onChange((inForce) => {
    log.setLevel(inForce.policy.logLevel);
    log.debug(`policy: ${[...inForce.decisions.keys()].join(', ') || 'nothing is decided'}`);
  });
  const isSandboxOff = app.isPackaged && app.commandLine.hasSwitch('no-sandbox');
  if (isSandboxOff && policy.sandboxRequired) {
    sandboxRequired(log, language.spoken);
    return;
  }
  // The programs and libraries that the installer ships for other makers' gateways. A profile never names one.
  const installed = app.isPackaged ? join(process.resourcesPath, 'native') : null;
  const native = installed ?? builtHere(import.meta.dirname);
  const campuses = campusesIn(join(import.meta.dirname, '..', 'campuses'), log.line);
  const icons = join(import.meta.dirname, '..', 'build', 'icons');
  const icon = nativeImage.createFromPath(join(icons, 'icon.png'));
  const settings = await Settings.open(userData);
  const secrets = new Secrets(keytarLoader(log.line));
  const proxy = await startLoopbackProxy();
  let presenters: DesktopPresenters | null = null;
  const trayWatch = watchForTray();

  const window = createMainWindow({
    preload: join(import.meta.dirname, 'preload.cjs'),
    icon,
    memory: {
      read: () => settings.get().windowBounds,
      write: (windowBounds) => settings.update(() => ({ windowBounds })),
    },
    canHide: () => trayWatch.isThere(),
    leavesFullScreen: process.platform === 'darwin',
    onMinimisedInstead: () => presenters?.notifyMinimised(),
    log: log.line,
  });
  const showWindow = (): void => window.show();
  const proxies = new Proxies(systemProxy);
  const updates = createUpdates({
    config: join(import.meta.dirname, '..', 'build', 'updates', 'updates.json'),
    mode: () => updateModeUnder(livePolicy.current, settings.get()),
    policy: () => livePolicy.current.policy,
    record: {
      read: () => settings.get().updates,
      write: (change) => settings.update((before) => ({ updates: change(before.updates) })),
    },
    seed: settings.get().installation,
    routeThroughProxy: (endpoint, signal) => proxies.routeThroughProxy(endpoint, signal),
    now: Date.now,
    random: Math.random,
    log: log.line,
  });
  const quit = createQuitFlow({
    application: () => application,
    showWindow,
    allowClose: () => window.allowClose(),
    endsItself: () => updates.endApp(),
    atExit: (hasTime) => updates.atExit(hasTime),
    isStuck: () => secrets.isCalling || systemRoots.isOut,
    log: log.line,
  });
  window.onSessionEnd(quit.sessionEnds);

  lockSession(session.defaultSession);
  serveAppScheme(session.defaultSession, join(import.meta.dirname, 'renderer'));
  const portal = createPortalView({ pageArea: window, proxy, languages: () => language.pageLanguages, log: log.line, now: Date.now });
  const messages = () => language.localizer.messages;
  const signInPage = createSignInView({
    pageArea: window,
    detour: async (hosts, connectTo) => {
      const detour = await startLoopbackProxy();
      detour.setDial(dialOnly(hosts, connectTo));
      return detour;
    },
    wildcardHosts: () => livePolicy.current.policy.wildcardHosts,
    localizer: () => language.localizer,
    languages: () => language.pageLanguages,
    keeper: () => application?.pageKeeper() ?? null,
    log: log.line,
  });
  answerProxyLogin(
    (contents) => (portal.owns(contents) ? proxy : signInPage.proxyOf(contents)),
    (host, port) => proxies.signInAt(host, port),
  );

  const desktop = createDesktopPorts({
    portal,
    signInPage,
    showWindow,
    quit: quit.leave,
    logFolder: log.folder,
    messages,
    log: log.line,
  });
  const agent = agentFor(process.platform, policy);
  const pageDriver = browserDriver(signInPage.open, agent);
  const startWorker = utilityWorker(join(import.meta.dirname, 'openconnect-worker.mjs'), workerEnvironment(), killTree, log.line);
  const openconnect = openconnectDriver({
    startWorker,
    library: { path: policy.library, from: policy.openconnectFrom },
    hostCheckWrapper: policy.hostCheckWrapper,
    agent,
    folder: native,
    openSignInPage: signInPage.open,
    openInBrowser: (address) => desktop.openExternal(address),
    log: log.line,
    debug: log.debug,
  });
  const running = createApplication({
    settings,
    secrets,
    desktop,
    proxy,
    drivers: driversFor({ formDriver: openconnect, pageDriver }),
    tunnels: {
      relay: relayTunnel,
      app: appTunnel({ workers: openconnect.workers, now: Date.now, log: log.line }),
      system: systemTunnel({
        socket: () => helperSocket(process.platform),
        log: log.line,
        ...(installed !== null && process.platform === 'linux'
          ? {
              start: startHelperOnce({
                executable: join(installed, 'causeway-helper'),
                socket: () => helperSocket(process.platform),
              }),
            }
          : {}),
      }),
    },
    direct: directDial,
    proxies,
    findOldTls,
    campuses,
    policy: livePolicy,
    redactor,
    updates,
    localizer: () => language.localizer,
    versions: () =>
      versionsHere([
        ['Causeway', app.getVersion()],
        ['Installed as', installKind(app.isPackaged)],
      ]),
    checkTools: {
      startWorker,
      agent,
      libraries: librariesFor(policy.library, native, process.platform, policy.openconnectFrom),
      programs: { folder: native, from: policy.openconnectFrom, platform: process.platform },
      otherVpn,
      leftover: orphanTunnel,
      helper: () => helperState(() => helperSocket(process.platform), AbortSignal.timeout(5_000)),
      proof: (endpoint, signal) => proveToHelper(() => helperSocket(process.platform), endpoint, signal),
    },
    otherVpn: () => otherVpn(),
    // Some systems do not report that they woke up. A jump of the clock shows it.
    environment: withClockGap(createEnvironment(), Date.now),
    encryption: safeStorageEncryption(),
    notices: earlyNotices({ folderNotice, lastRun: takeFault(userData), isSandboxOff, parts: installed }),
    about: {
      version: app.getVersion(),
      linksOpen,
      platform: process.platform === 'darwin' || process.platform === 'win32' ? process.platform : 'linux',
      languages: [...language.system],
    },
    now: Date.now,
    random: Math.random,
    log: log.line,
  });
  application = running;
  noteSteps(running, log.debug);
  const protocolOf = (profileId: string) => settings.get().profiles.find(({ id }) => id === profileId)?.protocol ?? null;
  prewarmWorker(running, protocolOf, window, (wanted) => openconnect.setWanted(wanted));
  const controlled = serveControl(userData, appSession(running, showWindow), log.line).catch((thrown: unknown) => {
    log.line(`no command line can reach this app: ${failureOf(thrown).detail ?? String(thrown)}`);
    return null;
  });
  const bridge = serveBridge(running, window.page, log.error);

  const context = { application: running, showWindow, requestQuit: quit.request, log: log.line };
  await language.follow(running.state.preferences.language);
  const shown = createDesktopPresenters(running, window, {
    trayIcons: join(icons, 'tray'),
    language,
    perform: (command: Command) => perform(command, context),
  });
  presenters = shown;
  desktop.applyPreferences(running.state.preferences, livePolicy.current.policy.startAtSignIn !== null);
  const stopWatching = livePolicy.watch();
  app.on('activate', showWindow);
  app.on('will-quit', () => {
    bridge.close();
    stopWatching();
    openconnect.stop();
    void controlled.then((server) => server?.close());
    shown.close();
  });

  if (process.argv.includes(everybodyFlag) && !running.state.preferences.openAtLogin) {
    quit.request();
    return;
  }
  await window.load();
  if (!startedBySystem()) window.show();
  else void stayHidden({ window, tray: trayWatch, renewTray: () => shown.renewTray() });
  arguments_.deliver((argument) => {
    running.openArgument(argument).catch((thrown: unknown) => log.line(`open: ${String(thrown)}`));
  });
}
