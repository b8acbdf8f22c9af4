import { dirname } from 'node:path';
import { isSea } from 'node:sea';
import { parseArgs } from 'node:util';
import { isRootsAlone } from '../system/root-owned.ts';
import { findProgram } from '../tunnels/openconnect/programs.ts';
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
 * The helper: a service of root's (on Windows: of the system's) that opens system tunnels for whom its configuration allows. Started as
 * `script` it is what openconnect runs at every turn of a tunnel. Only root's own command line moves its files.
 */
const { places } = platform;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'config': { type: 'string', default: places.config },
    'run': { type: 'string', default: places.run },
    'state': { type: 'string', default: places.state },
    'vpnc-script': { type: 'string', default: '' },
    // For the script: where the helper that had it started listens
    'report-to': { type: 'string', default: '' },
    'grace': { type: 'string', default: '10' },
  },
});
const [role = 'serve', subject, how] = positionals;
const log = (line: string): void => void process.stderr.write(`${line}\n`);
finish(begin());

async function begin(): Promise<number | null> {
  // It runs as openconnect's user there, which may do nothing
  if (role === 'script' && platform.networkControl) return forwardRequest(process.env, values['report-to']);
  if (!(await platform.mayServe())) {
    log('This is a service of the system: it is started by root, or on Windows by the system itself.');
    return 1;
  }
  // Whoever asked polkit for this chose its words: an administrator has approved these and no others
  if (role === 'once' || process.env['PKEXEC_UID'] !== undefined) {
    const config = await oneTimeConfig(process.argv.slice(2), process.env['PKEXEC_UID'], (uid) => platform.nameOf(uid));
    if (config) return serve(() => Promise.resolve(config), true);
    log('Started by polkit, this takes `once`, a gateway and what proves it.');
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

/** Not awaited at the top: one executable is made of a CommonJS file, which knows no such thing. */
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

/** Runs until it is told to stop. */
async function serve(current: () => Promise<HelperConfig>, isOnce: boolean): Promise<null> {
  if (!(await platform.makeStateFolder(values.state)))
    throw new Error(`${values.state} has to be the administrator's, as all folders above it`);
  // First of all: what a former run left is put back, whoever may be let in later
  await endOrphanProcess(values.state, log);
  if (await restoreNetwork(values.state, log)) log('put back what a former run left');
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

/** The one that came with this helper, the same that signs in, where it is root's alone; else the system's. */
async function installedOpenConnect(): Promise<string> {
  const find = (folder: string | null) => findProgram('openconnect', { folder, platform: process.platform });
  const ours = isSea() ? await find(dirname(process.execPath)).catch(() => null) : null;
  if (ours !== null && (await isRootsAlone(ours))) return ours;
  return find(null).catch(() => places.openconnect);
}

/** Stops it some time after the last of its clients has gone. The first has a minute to come. */
function stopWhenIdle(helper: Helper, stop: () => void): void {
  const graceSeconds = Number(values.grace);
  let left = 60;
  const timer = setInterval(() => {
    // Who came and went between two looks was there all the same
    const atMost = helper.wasUsed ? graceSeconds : left;
    left = helper.isIdle ? Math.min(left, atMost) - 1 : graceSeconds;
    if (left >= 0) return;
    clearInterval(timer);
    stop();
  }, 1_000);
}

/**
 * Ends this process where that becomes so, and the system starts it anew. A service may write to `resolv.conf` where it is
 * mounted for it alone; who puts another file in its place (NetworkManager, dhclient) takes that away, unseen.
 */
function restartWhen(isSo: () => Promise<boolean>): void {
  setInterval(() => {
    void isSo().then((yes) => {
      if (!yes) return;
      log('resolv.conf is another file now: starting anew, to be able to change it');
      process.exit(1);
    });
  }, 1_000).unref();
}

/** This same program in its other role. */
function scriptCommand(vpncScript: string): string[] {
  const reportTo = platform.scriptAddress(values.run);
  if (platform.networkControl) return [...ownProgram(), 'script', '--report-to', reportTo];
  return [...ownProgram(), 'script', '--report-to', reportTo, '--state', values.state, '--vpnc-script', vpncScript];
}
