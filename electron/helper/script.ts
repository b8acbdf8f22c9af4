import net from 'node:net';
import * as z from 'zod/mini';
import { noteChange, readJournal, writeJournal } from './journal.ts';
import { difference } from './network-state.ts';
import { belongsToHelper } from '../helper-client/address.ts';
import { byteString, readableOptions } from '../tunnels/openconnect/output.ts';
import { platform } from './platform/current.ts';
import { reasons, networkRequestFrom, type NetworkRequest } from './network-request.ts';
import { runVpncScript, scriptEnvironment, type ScriptEnvironment } from './vpnc-script.ts';

/** A report is quick. A request changes the network. */
const reportTimeoutMs = 2_000;
const requestTimeoutMs = 30_000;

/** The script's report to the helper. It gets no answer. */
export const scriptReportSchema = z.object({
  reason: z.enum(reasons),
  /** The exit code of the platform's script. */
  code: z.number(),
  device: z.string(),
  nameServers: z.array(z.string()),
  idleTimeout: z.string(),
  /** The gateway's options; only the time left and its banner. */
  options: z.string(),
});
export type ScriptReport = z.infer<typeof scriptReportSchema>;

/** The helper's answer to a request, on systems where the helper changes the network. */
const scriptAnswerSchema = z.strictObject({ code: z.number() });

export interface ScriptPlaces {
  /** The helper's socket for the script. */
  socket: string;
  /** Where the journal is. */
  state: string;
  vpncScript: string;
}

/**
 * Runs as openconnect's script, which openconnect starts whenever a tunnel changes. Records the network's state, runs the
 * platform's own script, records what changed, and reports to the helper. Resolves with that script's exit code.
 */
export async function runScript(environment: NodeJS.ProcessEnv, { socket, state, vpncScript }: ScriptPlaces): Promise<number> {
  const variables = scriptEnvironment(environment);
  const reason = reasons.find((known) => known === variables['reason']);
  if (!reason) return 1;
  const changes = reason === 'connect' || reason === 'attempt-reconnect';
  const journal = changes ? await readJournal(state) : null;
  // Without a journal the changes could not be undone
  if (changes && !journal) return 1;
  const before = changes ? await platform.network.read() : null;
  // In case of a crash during the script
  if (journal && before && reason === 'connect')
    await noteChange(state, journal, { added: [], removed: [], after: before, environment: variables });
  const code = await runVpncScript(vpncScript, variables, () => undefined);
  if (journal && before) {
    const after = await platform.network.read();
    await noteChange(state, journal, { ...difference(before, after), after, environment: journal.environment ?? variables });
  }
  // The script has run with `disconnect`: it need not run again when the network is restored
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
 * Runs as the script on systems where the helper changes the network. Runs as openconnect's user, forwards the gateway's
 * request to the helper, and resolves with the exit code that the helper answers. Changes nothing itself.
 */
export async function forwardRequest(environment: NodeJS.ProcessEnv, socket: string): Promise<number> {
  const wanted = networkRequestFrom(environment);
  if (!wanted) return 1;
  const answer = scriptAnswerSchema.safeParse(parsed(await exchange(socket, wanted, requestTimeoutMs)));
  // No answer to `disconnect`: the helper is gone, and there is nothing to take down
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

/** Sends one message to the helper and resolves with its answer. '' if there is none in time, or if the helper is gone. */
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
