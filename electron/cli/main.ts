import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isSea } from 'node:sea';
import * as z from 'zod';
import { agentFor } from '../../shared/agent.ts';
import { fail } from '../../shared/failure.ts';
import { commandLine } from '../../shared/messages/en/command-line.ts';
import { withClockGap } from '../access/clock-gap.ts';
import { orphanTunnel } from '../access/orphan-tunnels.ts';
import { otherVpn } from '../access/other-vpn.ts';
import { onNetworkChange } from '../access/network-change.ts';
import { browserDriver } from '../gateways/ivanti-web/driver.ts';
import { driversFor } from '../gateways/drivers.ts';
import { forkWorker } from '../worker/fork-worker.ts';
import { librariesFor, openconnectDriver } from '../gateways/openconnect/driver.ts';
import { userDataFolder } from '../storage/folder.ts';
import { policyFile, programsOf, readPolicy } from '../storage/policy.ts';
import { builtHere } from '../tunnels/openconnect/programs-linux.ts';
import { Secrets } from '../storage/secrets.ts';
import { systemRoots } from '../trust/roots.ts';
import { findOldTls } from '../net/old-tls.ts';
import { Proxies } from '../net/proxy/lookup.ts';
import { proxyOfEnvironment } from '../net/proxy/proxy-list.ts';
import { directDial } from '../tunnels/direct.ts';
import { appTunnel } from '../tunnels/openconnect/app.ts';
import { helperSocket } from '../helper-client/address.ts';
import type { Endpoint } from '../net/endpoint.ts';
import { helperState, provenToHelper, systemTunnel } from '../tunnels/openconnect/system.ts';
import { relayTunnel } from '../tunnels/relay.ts';
import { exitCode } from './exit-codes.ts';
import { exitNow } from './exit-now.ts';
import { handOver } from './own-browser.ts';
import { run, type Host } from './run.ts';
import { isUnixTerminalOfWindows } from './terminal-windows.ts';
import { terminalOf } from './terminal.ts';

/**
 * `causeway`: the composition root of the command line. The same drivers and tunnels as the app's, under plain Node;
 * nothing here knows Electron.
 */
const interrupts = new Set<() => void>();
const interrupted = (): void => {
  // Nothing is under way that would have to be ended first
  if (interrupts.size === 0) process.exit(exitCode.requested);
  for (const listener of interrupts) listener();
};
/** Alone: what tidies up for electron-store (when-exit, hooked in at the first write) sends each signal once more, and one Ctrl-C would be two. SIGBREAK is Ctrl-Break of Windows's consoles, and no signal elsewhere. */
const takeSignals = (): void => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const) process.removeAllListeners(signal).on(signal, interrupted);
};
takeSignals();
// A reader that has gone away, `| head` for one, is no reason to fall over
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

const { stdin, stdout, stderr } = process;
const isTerminal = stdin.isTTY && stderr.isTTY;
const nothing = () => () => undefined;

const { policy, notice } = await readPolicy(policyFile(process.platform, process.env), process.platform);

/** What the installer brings along stands beside its executable; a bundle in a clone has what was built there. */
const native = isSea() ? path.dirname(process.execPath) : builtHere(import.meta.dirname);
const programs = { folder: native, policy: programsOf(policy), platform: process.platform };

/** A campus's own page needs a window: the question about it says so, and nothing is opened. */
const openWebWindow = (): Promise<never> => Promise.reject(fail('component-missing', { component: commandLine.ask.desktopApp }));
const agent = agentFor(process.platform, policy);
const pageDriver = browserDriver(openWebWindow, agent);
// Questions go where they do not mix with what another program reads
const terminal = isTerminal ? terminalOf(stdin, stderr, interrupted) : null;

const startWorker = forkWorker(path.join(import.meta.dirname, 'openconnect-worker.mjs'));
const openconnect = openconnectDriver({
  startWorker,
  library: { path: policy.library },
  folder: native,
  hostCheckWrapper: policy.hostCheckWrapper,
  agent,
  openWebWindow,
  ...(terminal && { openInBrowser: handOver(terminal) }),
  log: () => undefined,
});

const tools = {
  startWorker,
  agent,
  libraries: librariesFor(policy.library, native, process.platform),
  programs,
  otherVpn,
  leftover: orphanTunnel,
  helper: () => helperState(() => helperSocket(process.platform), AbortSignal.timeout(5_000)),
  proof: (endpoint: Endpoint, signal: AbortSignal) => provenToHelper(() => helperSocket(process.platform), endpoint, signal),
};

const host: Host = {
  version: version(),
  folder: userDataFolder(),
  languages: [Intl.DateTimeFormat().resolvedOptions().locale],
  terminal,
  out: (text) => stdout.write(text),
  err: (text) => stderr.write(text),
  seen: stderr.isTTY,
  noTerminal: isUnixTerminalOfWindows(process.platform, process.env) ? commandLine.usage.unixTerminal : commandLine.usage.noTerminal,
  onInterrupt(listener) {
    takeSignals();
    interrupts.add(listener);
    return () => interrupts.delete(listener);
  },
  profiles: policy.profiles,
  tools,
  leave: exitNow,
  core: (settings) => ({
    settings,
    notices: notice ? [notice] : [],
    totpSavingAllowed: policy.keptCodes,
    strictCertificates: policy.certificates === 'strict',
    secrets: new Secrets(),
    version: version(),
    drivers: driversFor({ formDriver: openconnect, pageDriver }),
    tunnels: {
      relay: relayTunnel,
      app: appTunnel({ programs, now: Date.now, log: () => undefined }),
      system: systemTunnel({ socket: () => helperSocket(process.platform), log: () => undefined }),
    },
    direct: directDial,
    environment: withClockGap({ onSuspend: nothing, onResume: nothing, onNetworkChange }, Date.now),
    proxies: new Proxies(proxyOfEnvironment(process.env)),
    findOldTls,
    oldTlsAllowed: policy.oldTls === 'allow',
    now: Date.now,
    random: Math.random,
    log: () => undefined,
  }),
};

const code = await run(process.argv.slice(2), host);
process.exitCode = code;
openconnect.stop();
// Its thread hears nothing, and Node would wait for it
if (systemRoots.isOut) exitNow(code);
// A native call that nobody waits for any more would hold the process: a keychain's, or a look-up of a name
setTimeout(() => exitNow(code), 500).unref();

function version(): string {
  const text = readFileSync(path.join(import.meta.dirname, '..', 'package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
