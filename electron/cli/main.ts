#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isSea } from 'node:sea';
import * as z from 'zod';
import { agentFor } from '../../shared/user-agent.ts';
import { languagesOfEnvironment } from '../../shared/messages/languages.ts';
import { withClockGap } from '../access/clock-gap.ts';
import { orphanTunnel } from '../access/orphan-tunnels.ts';
import { otherVpn } from '../access/other-vpn.ts';
import { onNetworkChange } from '../access/network-change.ts';
import { browserDriver } from '../gateways/ivanti-web/driver.ts';
import { driversFor } from '../gateways/drivers.ts';
import { forkWorker } from '../worker/fork-worker.ts';
import { librariesFor, openconnectDriver } from '../gateways/openconnect/driver.ts';
import { campusesIn } from '../storage/campuses.ts';
import { userDataFolder } from '../storage/folder.ts';
import { LivePolicy } from '../storage/policy/live-policy.ts';
import { policyPlaces } from '../storage/policy/places.ts';
import { builtHere } from '../tunnels/openconnect/programs-linux.ts';
import { Secrets } from '../storage/secrets.ts';
import { systemRoots } from '../trust/roots.ts';
import { languagesOfWindows } from '../system/windows/languages.ts';
import { findOldTls } from '../net/old-tls.ts';
import { Proxies } from '../net/proxy/lookup.ts';
import { proxyOfEnvironment } from '../net/proxy/proxy-list.ts';
import { directDial } from '../tunnels/direct.ts';
import { appTunnel } from '../tunnels/openconnect/app.ts';
import { helperSocket } from '../helper-client/address.ts';
import type { Endpoint } from '../net/endpoint.ts';
import { helperState, proveToHelper, systemTunnel } from '../tunnels/openconnect/system.ts';
import { relayTunnel } from '../tunnels/relay.ts';
import { exitCode } from './exit-codes.ts';
import { exitNow } from './exit-now.ts';
import { handOver } from './own-browser.ts';
import type { Host } from './host.ts';
import { run } from './run.ts';
import { isUnixTerminalOfWindows } from './terminal-windows.ts';
import { terminalOf } from './terminal.ts';
import { terminalLocalizer } from './terminal-localizer.ts';

/**
 * The composition root of the `causeway` command. It has the same drivers and tunnels as the app, and runs in plain Node
 * without Electron.
 */
const interrupts = new Set<() => void>();
const interrupted = (): void => {
  // No session has to be ended first
  if (interrupts.size === 0) process.exit(exitCode.requested);
  for (const listener of interrupts) listener();
};
/**
 * Makes ours the only listener. when-exit, which electron-store hooks in at its first write, sends each signal once more, so
 * one Ctrl-C would count as two. SIGBREAK is Ctrl-Break in Windows consoles, and no signal elsewhere.
 */
const takeSignals = (): void => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const) process.removeAllListeners(signal).on(signal, interrupted);
};
takeSignals();
// Do not crash when the reader goes away, as with `| head`
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

const { stdin, stdout, stderr } = process;
const isTerminal = stdin.isTTY && stderr.isTTY;
const nothing = () => () => undefined;

// Windows sets no such variables
const localizer = await terminalLocalizer(
  languagesOfEnvironment(process.env) ?? (process.platform === 'win32' ? await languagesOfWindows() : []),
);
const livePolicy = await LivePolicy.open(policyPlaces(process.platform, process.env), process.platform);
const { policy } = livePolicy.current;

/** The installer puts the native programs beside its executable. In a clone they are where the build put them. */
const native = isSea() ? path.dirname(process.execPath) : builtHere(import.meta.dirname);
const programs = { folder: native, from: policy.openconnectFrom, platform: process.platform };

const agent = agentFor(process.platform, policy);
// A campus's own sign-in page needs a window, which the command line does not have. The question says so
const pageDriver = browserDriver(null, agent);
// Questions go to stderr, so that they do not mix with what another program reads from stdout
const terminal = isTerminal ? terminalOf(stdin, stderr, interrupted) : null;

const startWorker = forkWorker(path.join(import.meta.dirname, 'openconnect-worker.mjs'));
const openconnect = openconnectDriver({
  startWorker,
  library: { path: policy.library, from: policy.openconnectFrom },
  folder: native,
  hostCheckWrapper: policy.hostCheckWrapper,
  agent,
  asksWithoutWindow: true,
  ...(terminal && { openInBrowser: handOver(terminal, localizer) }),
  log: () => undefined,
});

const tools = {
  startWorker,
  agent,
  libraries: librariesFor(policy.library, native, process.platform, policy.openconnectFrom),
  programs,
  otherVpn,
  leftover: orphanTunnel,
  helper: () => helperState(() => helperSocket(process.platform), AbortSignal.timeout(5_000)),
  proof: (endpoint: Endpoint, signal: AbortSignal) => proveToHelper(() => helperSocket(process.platform), endpoint, signal),
};

const host: Host = {
  version: version(),
  folder: userDataFolder(),
  localizer,
  terminal,
  out: (text) => stdout.write(text),
  err: (text) => stderr.write(text),
  seen: stderr.isTTY,
  noTerminal: isUnixTerminalOfWindows(process.platform, process.env) ? 'unixTerminal' : 'noTerminal',
  onInterrupt(listener) {
    takeSignals();
    interrupts.add(listener);
    return () => interrupts.delete(listener);
  },
  campuses: campusesIn(path.join(import.meta.dirname, '..', 'campuses'), () => undefined),
  policy: livePolicy,
  tools,
  exitNow,
  core: (settings) => ({
    settings,
    policy: livePolicy,
    secrets: new Secrets(),
    version: version(),
    drivers: driversFor({ formDriver: openconnect, pageDriver }),
    tunnels: {
      relay: relayTunnel,
      app: appTunnel({ workers: openconnect.workers, now: Date.now, log: () => undefined }),
      system: systemTunnel({ socket: () => helperSocket(process.platform), log: () => undefined }),
    },
    direct: directDial,
    environment: withClockGap({ onSuspend: nothing, onResume: nothing, onNetworkChange }, Date.now),
    proxies: new Proxies(proxyOfEnvironment(process.env)),
    findOldTls,
    now: Date.now,
    random: Math.random,
    log: () => undefined,
  }),
};

const code = await run(process.argv.slice(2), host);
process.exitCode = code;
openconnect.stop();
// Its thread cannot be stopped, and Node would wait for it
if (systemRoots.isOut) exitNow(code);
// A native call that is no longer needed would keep the process running: the keychain, or a name look-up
setTimeout(() => exitNow(code), 500).unref();

function version(): string {
  const text = readFileSync(path.join(import.meta.dirname, '..', 'package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
