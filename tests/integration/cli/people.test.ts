import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Profile } from '../../../shared/profile.ts';
import { answersFile, cliFolder } from '../../support/cli.ts';
import { commandFile, startCommand, type RunningCommand } from '../../peers/command.ts';
import { FormGateway, signInForm, type Step } from '../../peers/gateways/form-gateway.ts';
import { answersOf, code, secret, sends, messageForm } from '../../peers/form-sign-in.ts';
import { hasOurs, missingLibrary } from '../../peers/openconnect-bench.ts';
import { globalProtectWith, startFamily } from '../../peers/gateways/other-families.ts';
import { hasOwnTerminal, spawnInTerminal } from '../../support/own-terminal.ts';

/** Gives a program a terminal of its own (Debian's bsdutils). */
const mei = { user: 'mei', password: 'pw' };

/** `causeway connect` from `dist/`, as people and programs run it, at gateways as people report them. */
describe.skipIf(missingLibrary() !== null)('causeway connect', () => {
  const start = async (steps: readonly (Step | (() => Promise<Step>))[], profile: Partial<Profile> = {}) => {
    const at = await FormGateway.start(({ turn }) => {
      const step = steps[turn] ?? 'refuse';
      return typeof step === 'function' ? step() : step;
    });
    onTestFinished(() => at.stop());
    const folder = await cliFolder();
    const file = join(folder, 'campus.causeway');
    await writeFile(file, JSON.stringify(at.profile(profile)));
    return { at, folder, argv: ['connect', file, '--user-data-dir', folder] };
  };
  const unattended = async (steps: Parameters<typeof start>[0], answers: unknown, profile: Partial<Profile> = {}) => {
    const { at, folder, argv } = await start(steps, profile);
    return { at, run: startCommand(...argv, '--answers', await answersFile(folder, answers)) };
  };
  /** For a person: with a terminal of its own, or where `by` is, with that for its input. */
  const plainly = (argv: readonly string[], inTerminal: boolean) => {
    const command = [process.execPath, commandFile, ...argv];
    const child = inTerminal ? spawnInTerminal(command) : spawn(command[0] ?? '', command.slice(1));
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
    const says = (what: string) => expect.poll(() => text, { timeout: 20_000 }).toContain(what);
    return {
      text: () => text,
      exit,
      says,
      keys: (keys: string) => void child.stdin.write(keys),
      type: async (question: string, line: string) => {
        await says(question);
        child.stdin.write(`${line}\r`);
      },
    };
  };
  const kinds = (run: RunningCommand) => run.events().flatMap((event) => (event.event === 'prompt' ? [event.kind] : []));
  const isIn = (run: RunningCommand) => run.events().some((event) => event.event === 'state' && event.state === 'opening');
  const phone = 'Your campus may have sent a request to your phone.';

  test('connect says how long it waits for a silent gateway after the password, which is sent once', async () => {
    const { at, run } = await unattended([signInForm, () => later(5_000, 'success' as const)], mei);
    const from = Date.now();
    await run.until('prompt', ({ kind }) => kind === 'waiting');
    const waiting = run.events().find((event) => event.event === 'prompt' && event.kind === 'waiting');
    const until = waiting?.event === 'prompt' ? (waiting.until ?? 0) : 0;
    expect(until - from).toBeGreaterThan(60_000);
    expect(until - from).toBeLessThan(80_000);
    await run.exit;
    expect(run.out()).toSatisfy(() => isIn(run));
    expect(sends(at)).toBe(1);
  });

  /** How long it waits for a silent gateway, from the password on: no less than what is left of that when it says so. */
  const saysHowLong = (text: string, startedAt: number): void => {
    const seconds = Number(/Waiting for (\d+) seconds at most\./.exec(text)?.[1]);
    expect(seconds).toBeLessThanOrEqual(75);
    expect(seconds).toBeGreaterThanOrEqual(75 - Math.ceil((performance.now() - startedAt) / 1000));
  };

  test('connect tells a person who watches without a terminal about a silent gateway', async () => {
    let speak: (step: 'success') => void = () => undefined;
    const silence = new Promise<'success'>((resolve) => (speak = resolve));
    const { at, folder, argv } = await start([signInForm, () => silence]);
    const startedAt = performance.now();
    const run = plainly([...argv, '--answers', await answersFile(folder, mei)], false);
    await run.says('seconds at most.');
    expect(run.text()).toContain(phone);
    saysHowLong(run.text(), startedAt);
    speak('success');
    await run.exit;
    expect(sends(at)).toBe(1);
  });

  test.skipIf(!hasOwnTerminal)(
    'connect tells a person in a terminal about a silent gateway, and Ctrl-C ends the wait within a second',
    async () => {
      const { at, argv } = await start([signInForm, 'hang']);
      const startedAt = performance.now();
      const run = plainly(argv, true);
      await run.type('User ID', 'mei');
      await run.type('Password:', 'pw');
      await run.says('seconds at most.');
      expect(run.text()).toContain(phone);
      saysHowLong(run.text(), startedAt);
      const from = performance.now();
      run.keys('\u0003');
      await run.says('Disconnected.');
      expect(performance.now() - from).toBeLessThan(1_000);
      expect(await run.exit).toBe(0);
      expect(sends(at)).toBe(1);
    },
  );

  const pin = secret('PIN:', 'Enter your PIN');

  test('connect ends with 2 if no answer is for this question, and sends nothing more', async () => {
    const { at, run } = await unattended([signInForm, pin, 'success'], mei);
    expect(await run.exit).toBe(2);
    expect(kinds(run)).toEqual(['credentials', 'fields']);
    expect(run.events().at(-1)).toMatchObject({ event: 'end', exitCode: 2, says: expect.stringContaining('PIN') as string });
    expect(answersOf(at)).toEqual([{ username: 'mei', password: 'pw' }]);
  });

  test('connect sends the answer that a file gives for exactly this question, unchanged', async () => {
    const { at, run } = await unattended([signInForm, pin, 'success'], { ...mei, fields: { pin: 'ab-1 2 ' } });
    await run.exit;
    expect(run.out()).toSatisfy(() => isIn(run));
    expect(answersOf(at)).toEqual([{ username: 'mei', password: 'pw' }, { secret: 'ab-1 2 ' }]);
  });

  test.skipIf(!hasOwnTerminal)('connect asks in the gateway’s own words in a terminal', async () => {
    const { at, argv } = await start([signInForm, pin, 'success']);
    const run = plainly(argv, true);
    await run.type('User ID', 'mei');
    await run.type('Password:', 'pw');
    await run.says('Enter your PIN');
    await run.type('PIN:', 'ab-1 2');
    await run.exit;
    expect(answersOf(at)).toEqual([{ username: 'mei', password: 'pw' }, { secret: 'ab-1 2' }]);
    expect(run.text()).not.toContain('ab-1 2');
  });

  test('connect makes a new code for each question and for each field of a form, and none twice', async () => {
    const both = {
      message: 'Enter two codes.',
      inputs: ['one', 'two'].map((name) => ({ type: 'password' as const, name, label: `Code ${name}:` })),
    };
    const { at, run } = await unattended([signInForm, code(), both, 'success'], {
      ...mei,
      totp: 'otpauth://totp/Campus:mei?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&period=5',
    });
    await run.exit;
    expect(run.out()).toSatisfy(() => isIn(run));
    const [, first, last] = answersOf(at);
    const codes = [first?.['secret'], last?.['one'], last?.['two']];
    for (const each of codes) expect(each).toMatch(/^\d{6}$/);
    expect(new Set(codes).size).toBe(3);
  });

  const second: Step = {
    ...signInForm,
    inputs: [...signInForm.inputs, { type: 'password', name: 'password2', label: 'Second Password:' }],
  };
  const own = { secondFactorWords: { drück: 'push' as const } };
  test.each<[string, Step, unknown, Partial<Profile>]>([
    ['behind the password', signInForm, { ...mei, fields: { password: 'x,push' } }, { secondFactor: 'append' }],
    ['behind the password itself', signInForm, { user: 'mei', password: 'pw, Phone2' }, { secondFactor: 'append' }],
    [
      'joined by the profile’s sign',
      signInForm,
      { user: 'mei', password: 'pw#sms' },
      { secondFactor: 'append', append: { separator: '#' } },
    ],
    [
      'before the password',
      signInForm,
      { user: 'mei', password: 'push:pw' },
      { secondFactor: 'append', append: { separator: ':', order: 'passcode-first' } },
    ],
    ['as the second password', second, { ...mei, fields: { 'Second Password': 'call' } }, { secondFactor: 'duo-second-password' }],
    ['in capitals, with blanks', second, { ...mei, fields: { 'second password': ' PUSH\t' } }, { secondFactor: 'duo-second-password' }],
    ['as the passcode', second, { ...mei, passcode: 'phone' }, { secondFactor: 'duo-second-password' }],
    ['as a number of a menu', signInForm, { ...mei, passcode: '1' }, { secondFactor: 'duo-challenge' }],
    ['in the profile’s own word', second, { ...mei, passcode: 'Drück' }, { ...own, secondFactor: 'duo-second-password' }],
  ])('connect never sends a word from a file that rings a phone, %s: 2', async (_, form, answers, profile) => {
    const { at, run } = await unattended([form, 'success'], answers, profile);
    expect(await run.exit).toBe(2);
    expect(answersOf(at)).toEqual([]);
    expect(run.out()).not.toContain('"opening"');
  });

  test.skipIf(!hasOwnTerminal)('connect narrows a list of 1,000 gateways as a person types', async () => {
    const names = Array.from({ length: 1_000 }, (_, index) =>
      index === 776 ? 'Harbour Library (évening)' : index % 3 === 0 ? `第 ${index + 1} 校區` : `Site ${index + 1}`,
    );
    const entries = names.map(
      (name, index) => `<entry name="${index === 776 ? 'gp' : `s${index}`}.campus.test"><description>${name}</description></entry>`,
    );
    const list = `<policy><portal-name>Campus</portal-name><gateways><external><list>${entries.join('')}</list></external></gateways></policy>`;
    const gateway = await startFamily('gp', globalProtectWith(list));
    onTestFinished(() => gateway.stop());
    const folder = await cliFolder();
    const file = join(folder, 'campus.causeway');
    await writeFile(file, JSON.stringify(gateway.profile()));
    const run = plainly(['connect', file, '--user-data-dir', folder], true);
    await run.type('User ID', 'mei');
    await run.type('Password:', 'harbour');
    // No more than a screen of it, and how to find the rest
    await run.says('Number, or part of the name');
    expect(run.text()).toContain('  20. Site 20');
    expect(run.text()).not.toContain('Site 23');
    expect(run.text()).toContain('980 more');
    const answers: [line: string, says: RegExp][] = [
      ['xyz', /Nothing has that name/],
      ['1001', /1 to 1,000/],
      ['', /1 to 1,000/],
      // 71, 74, 77, 701 and so on, each by its number in the whole list
      ['site 7', / {2}71\. Site 71\r?\n {2}72\. Site 72[^]*more/],
      ['LIBRARY (E\u0301VEN', / {2}777\. Harbour Library/],
    ];
    for (const [line, says] of answers) {
      const from = run.text().length;
      run.keys(`${line}\r`);
      await expect.poll(() => run.text().slice(from)).toMatch(says);
    }
    await run.says('Enter the code on your phone');
    expect(gateway.requests.some(({ path, form }) => path.startsWith('/ssl-vpn/login.esp') && form.get('passwd') === 'harbour')).toBe(true);
  });

  test.skipIf(!hasOurs)('connect shows a form without fields to programs and people, and continues', async () => {
    const steps: Step[] = [signInForm, messageForm('Your password ends in 3 days.'), 'success'];
    const program = await unattended(steps, mei);
    await program.run.exit;
    expect(program.run.events()).toContainEqual(expect.objectContaining({ kind: 'fields', says: 'Your password ends in 3 days.' }));
    expect(program.run.out()).toSatisfy(() => isIn(program.run));
    const { at, folder, argv } = await start(steps);
    const run = plainly([...argv, '--answers', await answersFile(folder, mei)], false);
    await run.exit;
    expect(run.text()).toContain('Your password ends in 3 days.');
    expect(sends(at)).toBe(1);
  });
});
