import { dirname } from 'node:path';
import { isSea } from 'node:sea';
import { parseArgs } from 'node:util';
import { onlyRootCanChange } from '../system/root-owned.ts';
import { findOpenConnect } from '../tunnels/openconnect/programs.ts';
import { readConfig, type HelperConfig } from './config.ts';
import { Helper } from './helper.ts';
import { restoreNetwork } from './journal.ts';
import { endOrphanProcess } from './orphan-process.ts';
import { ownProgram } from './own-program.ts';
import { platform } from './platform/current.ts';
import { runScript, forwardRequest } from './script.ts';
import { oneTimeConfig } from './one-time-config.ts';
import { listen } from './server.ts';

/**
 * The helper: a service that runs as root (on Windows as the system) and opens system tunnels for the users in its
 * configuration. Started as `script`, it is the script that openconnect runs when a tunnel changes. Only root's own command
 * line can choose other paths.
 */
const { places } = platform;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'config': { type: 'string', default: places.config },
    'run': { type: 'string', default: places.run },
    'state': { type: 'string', default: places.state },
    'vpnc-script': { type: 'string', default: '' },
    // For the script: the socket of its helper
    'report-to': { type: 'string', default: '' },
    'grace': { type: 'string', default: '10' },
  },
});
const [role = 'serve', subject, how] = positionals;
const log = (line: string): void => void process.stderr.write(`${line}\n`);
finish(begin());

async function begin(): Promise<number | null> {
  // Here the script runs as openconnect's user, which has no privileges
  if (role === 'script' && platform.networkControl) return forwardRequest(process.env, values['report-to']);
  if (!(await platform.mayServe())) {
    log('This is a system service. It must be started by root, or on Windows by the system.');
    return 1;
  }
  // The caller chose these arguments, and polkit showed them to an administrator. Accept only those
  if (role === 'once' || process.env['PKEXEC_UID'] !== undefined) {
    const config = await oneTimeConfig(process.argv.slice(2), process.env['PKEXEC_UID'], (uid) => platform.nameOf(uid));
    if (config) return serve(() => Promise.resolve(config), true);
    log('When polkit starts it, the arguments are `once`, a gateway and its proof.');
    return 2;
  }
  if (role === 'serve') return serve(() => readConfig(values.config), false);
  if (role === 'script') {
    const { 'report-to': socket, state, 'vpnc-script': vpncScript } = values;
    return runScript(process.env, { socket, state, vpncScript });
  }
  if (role === 'leave' && platform.interrupt) {
    await platform.interrupt(Number(subject), how === 'sign-out' ? how : 'detach');
    return 0;
  }
  log(`There is no ${role}.`);
  return 2;
}

/** Sets the exit code. No top-level await, because the single executable is built from CommonJS. */
function finish(work: Promise<number | null>): void {
  work.then(
    (code) => {
      if (code !== null) process.exitCode = code;
    },
    (error: unknown) => {
      log(error instanceof Error ? error.message : 'failed');
      process.exit(1);
    },
  );
}

/** Runs the service until it is stopped. */
async function serve(current: () => Promise<HelperConfig>, isOnce: boolean): Promise<null> {
  if (!(await platform.makeStateFolder(values.state)))
    throw new Error(`only administrators may be able to change ${values.state} and every folder above it`);
  // First restore what an earlier run left behind
  await endOrphanProcess(values.state, log);
  if (await restoreNetwork(values.state, log)) log('restored the network that an earlier run left changed');
  const { networkControl, device } = platform;
  const user = (await networkControl?.user()) ?? null;
  if (networkControl && device !== null) await networkControl.clear(device, user);
  const config = await current();
  const helper = new Helper({
    config: current,
    places: ({ openconnect, vpncScript }) => {
      const script = vpncScript ?? places.vpncScript;
      return {
        openconnect: openconnect ?? installed,
        vpncScript: script,
        script: scriptCommand(script),
        state: values.state,
        run: values.run,
      };
    },
    graceMs: Number(values.grace) * 1000,
    log,
  });
  const installed = config.openconnect ?? (await installedOpenConnect());
  const listeningSockets = await platform.socketsFor(config.users, values.run, log);
  const { servers, names } = await listen(listeningSockets, platform.scriptSocket(values.run, user), helper, log);
  log(`ready for ${names.join(', ') || 'nobody'}`);
  const stop = (): void => {
    for (const server of servers) server.close();
    void helper.close().finally(() => process.exit());
  };
  if (isOnce) stopWhenIdle(helper, stop);
  if (networkControl && (await networkControl.canChangeNames()))
    restartWhen(async () => helper.hasNoTunnel && !(await networkControl.canChangeNames()));
  process.once('SIGTERM', stop).once('SIGINT', stop);
  return null;
}

/** The openconnect shipped with this helper if only root can change it; else the system's. The sign-in uses the same one. */
async function installedOpenConnect(): Promise<string> {
  const find = (folder: string | null) => findOpenConnect({ folder, platform: process.platform });
  const ours = isSea() ? await find(dirname(process.execPath)).catch(() => null) : null;
  if (ours !== null && (await onlyRootCanChange(ours))) return ours;
  return find(null).catch(() => places.openconnect);
}

/** Stops the helper some time after its last client has left. The first client has a minute to connect. */
function stopWhenIdle(helper: Helper, stop: () => void): void {
  const graceSeconds = Number(values.grace);
  let left = 60;
  const timer = setInterval(() => {
    // `wasUsed` also counts a client that came and left between two checks
    const atMost = helper.wasUsed ? graceSeconds : left;
    left = helper.isIdle ? Math.min(left, atMost) - 1 : graceSeconds;
    if (left >= 0) return;
    clearInterval(timer);
    stop();
  }, 1_000);
}

/**
 * Exits when the condition becomes true, so that the system restarts the service. `resolv.conf` is mounted writable for this
 * service. If another program (NetworkManager, dhclient) replaces the file, the service silently loses that access.
 */
function restartWhen(isSo: () => Promise<boolean>): void {
  setInterval(() => {
    void isSo().then((yes) => {
      if (!yes) return;
      log('resolv.conf was replaced, so the service restarts to be able to change it');
      process.exit(1);
    });
  }, 1_000).unref();
}

/** The command that starts this program as the script. */
function scriptCommand(vpncScript: string): string[] {
  const reportTo = platform.scriptAddress(values.run);
  if (platform.networkControl) return [...ownProgram(), 'script', '--report-to', reportTo];
  return [...ownProgram(), 'script', '--report-to', reportTo, '--state', values.state, '--vpnc-script', vpncScript];
}
