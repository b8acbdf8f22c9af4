import net from 'node:net';
import * as z from 'zod/mini';
import { noteChange, readJournal, writeJournal } from './journal.ts';
import { difference } from './network-state.ts';
import { belongsToHelper } from '../helper-client/address.ts';
import { byteString, readableOptions } from '../tunnels/openconnect/output.ts';
import { platform } from './platform/current.ts';
import { reasons, networkRequestFrom, type NetworkRequest } from './network-request.ts';
import { runVpncScript, scriptEnvironment, type ScriptEnvironment } from './vpnc-script.ts';

/** What is told takes no time; what is asked for changes a network. */
const reportTimeoutMs = 2_000;
const requestTimeoutMs = 30_000;

/** What the script tells the helper, which is asked nothing back. */
export const scriptReportSchema = z.object({
  reason: z.enum(reasons),
  /** The exit code of the platform's script. */
  code: z.number(),
  device: z.string(),
  nameServers: z.array(z.string()),
  idleTimeout: z.string(),
  /** As the gateway sent them; only the time left and its banner are read. */
  options: z.string(),
});
export type ScriptReport = z.infer<typeof scriptReportSchema>;

/** What the helper answers where it changes the network by itself. */
const scriptAnswerSchema = z.strictObject({ code: z.number() });

export interface ScriptPlaces {
  /** Where the helper listens for it. */
  socket: string;
  /** Where the journal is. */
  state: string;
  vpncScript: string;
}

/**
 * What openconnect runs at every turn of a tunnel: the same program as the helper. It notes what was there, lets the
 * platform's own script do its work, notes what changed, and tells the helper. Exit code as that script's.
 */
export async function runScript(environment: NodeJS.ProcessEnv, { socket, state, vpncScript }: ScriptPlaces): Promise<number> {
  const variables = scriptEnvironment(environment);
  const reason = reasons.find((known) => known === variables['reason']);
  if (!reason) return 1;
  const changes = reason === 'connect' || reason === 'attempt-reconnect';
  const journal = changes ? await readJournal(state) : null;
  // Whatever is changed without a journal could not be put back
  if (changes && !journal) return 1;
  const before = changes ? await platform.network.read() : null;
  // For one who finds the journal after a crash in the middle of this
  if (journal && before && reason === 'connect')
    await noteChange(state, journal, { added: [], removed: [], after: before, environment: variables });
  const code = await runVpncScript(vpncScript, variables, () => undefined);
  if (journal && before) {
    const after = await platform.network.read();
    await noteChange(state, journal, { ...difference(before, after), after, environment: journal.environment ?? variables });
  }
  // Said once is enough: whoever puts things back need not run it again
  if (reason === 'disconnect') {
    const open = await readJournal(state);
    if (open) await writeJournal(state, { ...open, environment: null });
  }
  if (await belongsToHelper(socket))
    await exchange(
      socket,
      { reason, code, ...factsOf(variables), options: readableOptions(byteString(environment['CISCO_CSTP_OPTIONS'] ?? '')) },
      reportTimeoutMs,
    );
  return code;
}

/**
 * The script where the helper changes the network by itself: it runs as openconnect's user, hands over what the gateway
 * wants, and ends as the helper says. Changes nothing.
 */
export async function forwardRequest(environment: NodeJS.ProcessEnv, socket: string): Promise<number> {
  const wanted = networkRequestFrom(environment);
  if (!wanted) return 1;
  const answer = scriptAnswerSchema.safeParse(parsed(await exchange(socket, wanted, requestTimeoutMs)));
  // Nobody listens any more: there is nothing to take down
  return answer.success ? answer.data.code : wanted.reason === 'disconnect' ? 0 : 1;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function factsOf(variables: ScriptEnvironment): Pick<ScriptReport, 'device' | 'nameServers' | 'idleTimeout'> {
  const servers = `${variables['INTERNAL_IP4_DNS'] ?? ''} ${variables['INTERNAL_IP6_DNS'] ?? ''}`
    .split(' ')
    .filter((server) => net.isIP(server) !== 0);
  return { device: variables['TUNDEV'] ?? '', nameServers: servers.slice(0, 8), idleTimeout: variables['IDLE_TIMEOUT'] ?? '' };
}

/** Tells the helper one thing, and hears what it answers, which may be nothing. Bounded; a helper that is gone is told nothing. */
function exchange(socket: string, message: ScriptReport | NetworkRequest, withinMs: number): Promise<string> {
  return new Promise((resolve) => {
    const connection = net.connect({ path: socket, allowHalfOpen: true });
    const timer = setTimeout(() => connection.destroy(), withinMs);
    let answer = '';
    connection.once('connect', () => connection.write(`${JSON.stringify(message)}\n`));
    connection
      .on('data', (bytes: Buffer) => (answer = (answer + bytes.toString('utf8')).slice(0, 1_000)))
      .on('error', () => undefined)
      .once('end', () => connection.destroy())
      .once('close', () => {
        clearTimeout(timer);
        resolve(answer);
      });
  });
}
