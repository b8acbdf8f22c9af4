import { readFile, realpath } from 'node:fs/promises';
import { CausewayError, type Failure } from '../shared/failure.ts';
import type { Campus } from './campus.ts';
import { askControl, serveControl, type ControlRequest } from './control.ts';
import { readCommand, usage, type RunFlags } from './flags.ts';
import { isAlive, localAddress, nameOfDirectory } from './local-socket.ts';
import { startSummary, sessionTable } from './start-summary.ts';

/** `npm run campus`: starts a campus, or asks a running one. Exit code 2: wrong usage; 1: it failed. */
async function main(): Promise<void> {
  const command = readCommand(process.argv.slice(2));
  switch (command.kind) {
    case 'help':
      console.log(usage);
      return;
    case 'wrong':
      console.error(`${command.message}\n\n${usage}`);
      process.exitCode = 2;
      return;
    case 'run':
      return run(command.flags);
    case 'ask':
      return ask(command.request, command.data);
  }
}

async function run(flags: RunFlags): Promise<void> {
  const starting = startWithControl(flags);
  // Listen from the start, so that a campus that is stopped while it starts leaves nothing behind
  const stop = (): void => {
    starting.then(({ close }) => close()).catch(complain);
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);

  const { campus } = await starting;
  if (!flags.quiet) console.log(startSummary(campus, flags['on-campus']));
  if (flags.json) console.log(JSON.stringify(ready(campus)));
}

async function startWithControl(flags: RunFlags): Promise<{ campus: Campus; close: () => Promise<void> }> {
  // Loaded only here, so that the verbs and a wrong flag are answered fast
  const [{ startCampus }, { readPeople }] = await Promise.all([import('./campus.ts'), import('./people.ts')]);
  const campus = await startCampus({
    port: flags.port,
    onCampus: flags['on-campus'],
    signIn: flags['sign-in'],
    sessionMinutes: flags['session-minutes'],
    idleMinutes: flags['idle-minutes'],
    numberMatching: flags['number-matching'],
    ...(flags.people !== undefined && { people: readPeople(await readFile(flags.people, 'utf8')) }),
    ...(flags.notice !== undefined && { notice: await readFile(flags.notice, 'utf8') }),
    ...(flags.data !== undefined && { dataDirectory: flags.data }),
  });
  try {
    const closeControl = await serveControl(await controlAddressFor(campus, flags), campus.control);
    const close = async (): Promise<void> => {
      await closeControl();
      await campus.stop();
    };
    return { campus, close };
  } catch (error) {
    await campus.stop();
    throw error;
  }
}

/** The one line that programs read when they start a campus. */
function ready({ port, portalPort, dataDirectory, addresses, authority, profile, people }: Campus): unknown {
  return { ready: true, port, portalPort, dataDirectory, addresses, authority, profile, people };
}

/**
 * A campus without `--data` uses the user's usual address, so that the verbs find it without a flag. With `--data`, or when
 * another campus has that address, the address depends on the directory.
 */
async function controlAddressFor(campus: Campus, flags: RunFlags): Promise<string> {
  const usual = await localAddress('control');
  if (flags.data === undefined && !(await isAlive(usual))) return usual;
  return localAddress(`control-${nameOfDirectory(campus.dataDirectory)}`);
}

async function ask(request: ControlRequest, data: string | undefined): Promise<void> {
  const address = await localAddress(data === undefined ? 'control' : `control-${nameOfDirectory(await realpath(data))}`);
  if (!(await isAlive(address))) {
    console.error(data === undefined ? 'No campus is running.' : `No campus is running on ${data}.`);
    process.exitCode = 1;
    return;
  }
  const reply = await askControl(address, request);
  if (reply.kind === 'sessions') console.log(sessionTable(reply.sessions));
  else if (reply.kind === 'done')
    console.log(reply.found ? 'Done.' : request.verb === 'lock' ? 'There is no such person.' : 'There is no such session.');
  else console.error(reply.message);
  if (reply.kind === 'failed' || (reply.kind === 'done' && !reply.found)) process.exitCode = 1;
}

function complain(error: unknown): void {
  console.error(error instanceof CausewayError ? explain(error.failure) : isSystemError(error) ? error.message : error);
  process.exitCode = 1;
}

function explain({ code, params, detail }: Failure): string {
  const file = params?.['file'];
  return `${file === undefined ? '' : `${file}: `}${detail ?? code}`;
}

/** For a missing file or a port in use, the message is enough. */
const isSystemError = (error: unknown): error is Error => error instanceof Error && 'syscall' in error;

main().catch(complain);
