import { readFile, realpath } from 'node:fs/promises';
import { CausewayError } from '../shared/failure.ts';
import { startCampus, type Campus } from './campus.ts';
import { askControl, serveControl, type ControlRequest } from './control.ts';
import { readCommand, usage, type RunFlags } from './flags.ts';
import { isAlive, localAddress, nameOfDirectory } from './local-socket.ts';
import { readPeople } from './people.ts';
import { introduction, sessionTable } from './table.ts';

/** `npm run campus`: starts a campus, or asks the one that runs. Exit code 2: the command line is wrong; 1: it did not work. */
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
  const campus = await startCampus({
    port: flags.port,
    onCampus: flags['on-campus'],
    sessionMinutes: flags['session-minutes'],
    idleMinutes: flags['idle-minutes'],
    numberMatching: flags['number-matching'],
    ...(flags.people !== undefined && { people: readPeople(await readFile(flags.people, 'utf8')) }),
    ...(flags.notice !== undefined && { notice: await readFile(flags.notice, 'utf8') }),
    ...(flags.data !== undefined && { dataDirectory: flags.data }),
  });
  const closeControl = await serveControl(await controlAddressFor(campus, flags), campus.control);

  const stop = (): void => {
    Promise.all([closeControl(), campus.stop()]).catch(complain);
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);

  if (!flags.quiet) console.log(introduction(campus, flags['on-campus']));
  if (flags.json) console.log(JSON.stringify(ready(campus)));
}

/** What programs that start a campus read: one line. */
function ready({ port, portalPort, dataDirectory, addresses, authority, profile, people }: Campus): unknown {
  return { ready: true, port, portalPort, dataDirectory, addresses, authority, profile, people };
}

/**
 * A campus without `--data` takes the user's usual address, so that the verbs find it without a flag; where
 * another one has it, and with `--data`, the address goes by the directory.
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
  const failure = error instanceof CausewayError ? error.failure : null;
  const where = failure?.params?.['file'];
  console.error(failure ? [where, failure.detail ?? failure.code].filter((part) => part !== undefined).join(': ') : error);
  process.exitCode = 1;
}

main().catch(complain);
