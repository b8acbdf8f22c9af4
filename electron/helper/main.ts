import { isSea } from 'node:sea';
import { parseArgs } from 'node:util';
import { helperProtocol } from '../tunnels/openconnect/helper-protocol.ts';
import { findProgram } from '../tunnels/openconnect/programs.ts';
import { configOf, configPath, readConfig, usersOf, type HelperConfig } from './config.ts';
import { Helper } from './helper.ts';
import { putBack } from './journal.ts';
import { endLeftover } from './leftover.ts';
import { beScript } from './script.ts';
import { listen, scriptSocketIn } from './server.ts';

/**
 * The helper: a service of root's that opens system tunnels for whom `/etc/causeway/helper.json` allows. Started as
 * `script` it is what openconnect runs at every turn of a tunnel. Only root's own command line moves its files.
 */
const isMac = process.platform === 'darwin';
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'config': { type: 'string', default: configPath },
    'run': { type: 'string', default: isMac ? '/var/run/causeway' : helperProtocol.directory },
    'state': { type: 'string', default: isMac ? '/var/db/causeway' : '/var/lib/causeway' },
    'vpnc-script': { type: 'string', default: '' },
    'grace': { type: 'string', default: '10' },
    // Instead of the configuration, and until nobody needs it any more: an administrator's password has just been given
    'once-for': { type: 'string' },
    'gateway': { type: 'string', multiple: true, default: [] },
  },
});
const log = (line: string): void => void process.stderr.write(`${line}\n`);

const [role = 'serve'] = positionals;
if (process.getuid?.() !== 0) {
  log('This is a service of the system: it is started by root.');
  process.exitCode = 1;
} else if (role === 'script') {
  const places = { socket: scriptSocketIn(values.run), state: values.state, vpncScript: values['vpnc-script'] };
  finish(beScript(process.env, places));
} else if (role === 'serve') {
  finish(serve());
} else {
  log(`There is no ${role}.`);
  process.exitCode = 2;
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
async function serve(): Promise<null> {
  // First of all: what a former run left is put back, whoever may be let in later
  await endLeftover(values.state, log);
  if (await putBack(values.state, log)) log('put back what a former run left');
  const once = values['once-for'];
  const current = (): Promise<HelperConfig> =>
    once === undefined ? readConfig(values.config) : Promise.resolve(configOf(once, values.gateway));
  const config = await current();
  const helper = new Helper({
    config: current,
    places: ({ openconnect, vpncScript }) => {
      const script = vpncScript ?? defaultScript;
      return { openconnect: openconnect ?? installed, vpncScript: script, script: scriptCommand(script), state: values.state };
    },
    graceMs: Number(values.grace) * 1000,
    log,
  });
  const installed =
    config.openconnect ??
    (await findProgram('openconnect', { folder: null, platform: process.platform }).catch(() => '/usr/sbin/openconnect'));
  const users = await usersOf(config, log);
  const servers = await listen(values.run, users, helper);
  log(`ready for ${users.map(({ name }) => name).join(', ') || 'nobody'}`);
  const stop = (): void => {
    for (const server of servers) server.close();
    void helper.close().finally(() => process.exit());
  };
  if (once !== undefined) leaveWhenIdle(helper, stop);
  process.once('SIGTERM', stop).once('SIGINT', stop);
  return null;
}

/** Stops it some time after the last of its clients has gone. The first has a minute to come. */
function leaveWhenIdle(helper: Helper, stop: () => void): void {
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

const defaultScript = '/usr/share/vpnc-scripts/vpnc-script';

/** This same program in its other role, as a line for openconnect's shell. */
function scriptCommand(vpncScript: string): string {
  const program = isSea() ? [process.execPath] : [process.execPath, ...process.execArgv, process.argv[1] ?? ''];
  const words = [...program, 'script', '--run', values.run, '--state', values.state, '--vpnc-script', vpncScript];
  return words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
}
