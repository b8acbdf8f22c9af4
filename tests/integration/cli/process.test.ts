import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { startCampus, type Campus } from '../../../campus/campus.ts';
import { codeOf, student } from '../../support/access.ts';
import { answersFile, cliFolder } from '../../support/cli.ts';
import { hasOwnTerminal, spawnInTerminal } from '../../support/own-terminal.ts';

/** The command as people start it, from `dist/`: build first. */
const command = join(import.meta.dirname, '../../../dist/causeway.mjs');
/** Gives a program a terminal of its own (Debian's bsdutils). */

let campus: Campus | null = null;
afterEach(async () => {
  await campus?.stop();
  campus = null;
});

interface Running {
  child: ChildProcessWithoutNullStreams;
  text(): string;
  exit: Promise<number | null>;
}

function watch(child: ChildProcessWithoutNullStreams): Running {
  let text = '';
  child.stdout.on('data', (data) => (text += String(data)));
  child.stderr.on('data', (data) => (text += String(data)));
  // A key may come as it ends
  child.stdin.on('error', () => undefined);
  const exit = once(child, 'close').then(() => child.exitCode);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exit;
  });
  return { child, text: () => text, exit };
}

/** Without a terminal. */
const start = (...argv: string[]): Running => watch(spawn(process.execPath, [command, ...argv]));

/** In a terminal of its own, whose keys are this process's input. */
const startInTerminal = (...argv: string[]): Running => watch(spawnInTerminal([process.execPath, command, ...argv]));

/** Types at the very moment that it is asked for: quicker than any person, as a program that drives a terminal is. */
function typeAt(run: Running, question: string, keys: () => string): Promise<void> {
  const from = run.text().length;
  return new Promise((resolve) => {
    const look = (): void => {
      if (!run.text().slice(from).includes(question)) return;
      run.child.stdout.off('data', look);
      run.child.stdin.write(keys());
      resolve();
    };
    run.child.stdout.on('data', look);
  });
}

const says = (run: Running, what: string) => expect.poll(() => run.text(), { timeout: 20_000 }).toContain(what);

async function answered(): Promise<{ at: Campus; folder: string; argv: string[] }> {
  const at = (campus = await startCampus());
  const folder = await cliFolder([at.profile]);
  const answers = await answersFile(folder, {
    notice: 'proceed',
    user: student.userId,
    password: student.password,
    passcode: codeOf(at),
  });
  return { at, folder, argv: ['connect', at.profile.id, '--answers', answers, '--user-data-dir', folder] };
}

describe('the command', () => {
  test('the command is one file that Node runs, and never hangs without a terminal', async () => {
    expect(spawnSync(command, ['--version'], { encoding: 'utf8' }).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    const at = (campus = await startCampus());
    const argv = [command, 'connect', at.profile.id, '--user-data-dir', await cliFolder([at.profile])];
    const { status, stderr } = spawnSync(process.execPath, argv, { input: '', encoding: 'utf8', timeout: 20_000 });
    expect(status).toBe(2);
    expect(stderr).toContain('--answers FILE');
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('%s signs out: 0', async (signal) => {
    const { at, argv } = await answered();
    const run = start(...argv);
    await says(run, 'Connected to');
    run.child.kill(signal);
    expect(await run.exit).toBe(0);
    // One signal is one request: a second would leave at once
    expect(run.text()).toContain('Disconnected.');
    await expect.poll(() => at.records.sessions()).toHaveLength(0);
    expect(run.text()).not.toContain(student.password);
  });

  test('Ctrl-Break in a Windows console signs out: 0', async () => {
    const { at, argv } = await answered();
    // Linux has no such signal: here another one stands for it
    const stand = "data:text/javascript,process.on('SIGWINCH', () => process.emit('SIGBREAK', 'SIGBREAK'))";
    const run = watch(spawn(process.execPath, ['--import', stand, command, ...argv]));
    await says(run, 'Connected to');
    run.child.kill('SIGWINCH');
    expect(await run.exit).toBe(0);
    expect(run.text()).toContain('Disconnected.');
    await expect.poll(() => at.records.sessions()).toHaveLength(0);
  });

  test.skipIf(!hasOwnTerminal)('a terminal shows nothing typed for a password, and Ctrl-C works there', async () => {
    const at = (campus = await startCampus());
    const folder = await cliFolder([at.profile]);
    const run = startInTerminal('connect', at.profile.id, '--user-data-dir', folder);
    let code = '';
    await typeAt(run, 'Proceed?', () => 'yes\r');
    await typeAt(run, 'user ID', () => `${student.userId}\r`);
    await typeAt(run, 'password:', () => 'not-my-password\r');
    await typeAt(run, `user ID [${student.userId}]`, () => '\r');
    expect(run.text()).toContain('type the password once more. Is Caps Lock on?');
    await typeAt(run, 'password:', () => `${student.password}\r`);
    await typeAt(run, 'Number', () => '2\r');
    await typeAt(run, 'Passcode:', () => `${(code = codeOf(at))}\r`);
    await says(run, 'Connected to');
    expect(run.text()).toContain(student.userId);
    for (const secret of ['not-my-password', student.password, code]) expect(run.text()).not.toContain(secret);
    run.child.stdin.write('\u0003');
    expect(await run.exit).toBe(0);
    expect(run.text()).toContain('Disconnected.');
    await expect.poll(() => at.records.sessions()).toHaveLength(0);
  });

  test.skipIf(!hasOwnTerminal)('Ctrl-C during a question ends the command: 0', async () => {
    const at = (campus = await startCampus());
    const run = startInTerminal('connect', at.profile.id, '--user-data-dir', await cliFolder([at.profile]));
    await says(run, 'Proceed?');
    run.child.stdin.write('\u0003');
    expect(await run.exit).toBe(0);
  });
});
