import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answersSchema } from '../../../electron/cli/answers-file.ts';
import { PreparedAnswers, readAnswers } from '../../../electron/cli/answers.ts';
import { readArguments, UsageError } from '../../../electron/cli/arguments.ts';
import { readCodesKey } from '../../../electron/app/sign-in/totp-key.ts';
import { exitCodeOf } from '../../../electron/cli/exit-codes.ts';
import { eventSchema } from '../../../electron/cli/report.ts';
import { userDataFolder } from '../../../electron/storage/folder.ts';
import { failureCodes } from '../../../shared/failure.ts';
import { reachesPhone, type Prompt } from '../../../shared/prompt.ts';
import { answersFile, startCli } from '../../support/cli.ts';
import { englishTerminal } from '../../support/english.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-answers-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const credentials: Prompt = {
  kind: 'credentials',
  fields: [
    { name: 'user', secret: false },
    { name: 'password', secret: true },
  ],
  selects: [{ name: 'group', label: 'Group', options: ['Staff', 'Students'].map((label) => ({ value: label.toLowerCase(), label })) }],
};
const passcode: Prompt = { kind: 'passcode', lengths: [6] };
const push: Prompt = { kind: 'push', device: 'phone', deadline: 1 };
const factor: Prompt = { kind: 'second-factor', devices: [{ id: 'd', name: 'phone', methods: ['push'] }] };
const prepared = (answers: unknown, now = () => 59_000): PreparedAnswers => new PreparedAnswers(answersSchema.parse(answers), now);

/** What a person reads of a file that is refused. */
async function refusalOf(file: string): Promise<string> {
  const error: unknown = await readAnswers(file, Date.now).catch((thrown: unknown) => thrown);
  if (!(error instanceof UsageError)) throw new Error(`not refused: ${String(error)}`);
  return error.sentence(englishTerminal.commandLine.usage);
}

describe('a file of answers', () => {
  test.each([
    ['others may read it', { user: 'a' }, 0o644, 'mode 0600'],
    ['its group may', { user: 'a' }, 0o640, 'mode 0600'],
    ['no JSON', '{', 0o600, 'not JSON'],
    ['too large', `"${'x'.repeat(70_000)}"`, 0o600, 'too large'],
    ['an unknown key', { pasword: 'hunter2' }, 0o600, 'pasword'],
    ['a push in a field', { fields: { 'Second password': 'push2' } }, 0o600, 'Second password'],
    ['a push behind the password', { password: 'hunter2,push' }, 0o600, 'password'],
  ])('an answers file is refused without being quoted: %s', async (_what, content, mode, says) => {
    const file = await answersFile(folder, content, mode);
    const refusal = await refusalOf(file);
    expect(refusal).toContain(says);
    expect(refusal).not.toContain('hunter2');
  });

  test('a key in the answers makes a new code for each question, once the next window has begun, and says when', () => {
    let now = 59_000;
    const answers = prepared({ totp: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' }, () => now);
    expect(answers.codeAt(passcode)).toBeNull();
    const first = answers.answer(passcode);
    expect(first).toEqual({ kind: 'passcode', passcode: '287082' });
    expect(answers.codeAt(passcode)).toBe(61_000);
    expect(answers.answer(passcode)).toBeNull();
    // One that was turned down is not followed by another
    expect(answers.codeAt({ ...passcode, failure: { code: 'passcode-wrong' } })).toBeNull();
    now = 61_000;
    expect(answers.answer(passcode)).toMatchObject({ kind: 'passcode' });
    expect(answers.answer(passcode)).not.toEqual(first);
    expect(answers.codeAt(passcode)).toBe(91_000);
    expect(answers.codeAt(credentials)).toBeNull();
  });

  test('a folder or a dangling name as answers file is refused', async () => {
    await symlink(join(folder, 'nowhere'), join(folder, 'link'));
    expect(await refusalOf(folder)).toContain('plain file');
    expect(await refusalOf(join(folder, 'link'))).toContain('cannot be read');
  });

  test('an invalid key in the answers is reported at once (SSO#193: a bad one crashed at the sign-in)', async () => {
    const file = await answersFile(folder, { totp: 'not a key!' });
    await expect(readAnswers(file, Date.now)).rejects.toThrow('codes-key-invalid');
    const run = startCli(['connect', 'x', '--answers', file, '--json'], { folder });
    expect(await run.code).toBe(2);
    expect(run.out).not.toContain('not a key!');
  });

  test('the answers fill in fields by name, label and choice, once', () => {
    const answers = prepared({ user: 'mei', password: 'pw', choose: ['Students'], fields: { 'Second password': '42' } });
    expect(answers.answer(credentials)).toEqual({ kind: 'credentials', values: { user: 'mei', password: 'pw', group: 'students' } });
    expect(answers.answer(credentials)).toBeNull();
    const more: Prompt = { kind: 'fields', fields: [{ name: 'password', label: 'Second password', secret: true }], selects: [] };
    expect(answers.answer(more)).toEqual({ kind: 'fields', values: { password: '42' } });
    expect(answers.answer({ kind: 'fields', fields: [{ name: 'other', secret: false }], selects: [] })).toBeNull();
  });

  test('the answers give one code and never another, and never a push (Tunnelblick#626)', () => {
    const answers = prepared({ totp: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' });
    expect(answers.answer(push)).toBeNull();
    expect(answers.answer(factor)).toEqual({ kind: 'second-factor-passcode', passcode: '287082' });
    expect(answers.answer(passcode)).toBeNull();
    expect(prepared({ passcode: '123456' }).answer({ ...passcode, failure: { code: 'passcode-wrong' } })).toBeNull();
  });

  test('a code beside the password is answered as a code', () => {
    const fields = [
      { name: 'user', secret: false },
      { name: 'password', secret: true },
      { name: 'token', secret: true, code: true },
    ];
    const answers = prepared({ user: 'mei', password: 'pw', totp: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' });
    const answer = answers.answer({ kind: 'credentials', fields, selects: [] });
    expect(answer).toEqual({ kind: 'credentials', values: { user: 'mei', password: 'pw', token: '287082' } });
    expect(answers.answer(passcode)).toBeNull();
  });

  test('a form with several code fields gets one code of each window, none twice', () => {
    let now = 59_000;
    const answers = prepared({ passcode: '000000', totp: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' }, () => now);
    const codes: Prompt = {
      kind: 'fields',
      fields: ['one', 'two', 'three'].map((name) => ({ name, secret: true, code: true })),
      selects: [],
    };
    const waits: number[] = [];
    for (let at = answers.codeAt(codes); at !== null; at = answers.codeAt(codes)) {
      waits.push(at);
      now = at;
    }
    expect(waits).toEqual([61_000]);
    const answer = answers.answer(codes);
    const values = answer?.kind === 'fields' ? Object.values(answer.values) : [];
    expect(values.slice(0, 2)).toEqual(['000000', '287082']);
    expect(values[2]).toMatch(/^\d{6}$/);
    expect(new Set(values).size).toBe(3);
    // The next question has to wait as well
    expect(answers.answer(passcode)).toBeNull();
    expect(answers.codeAt(passcode)).toBe(91_000);
  });

  test.each([{ passcode: 'push' }, { passcode: ' Phone2' }, { passcode: '1' }, { password: 'pw,push' }, { fields: { code: 'sms' } }])(
    'an answer that would reach a phone is refused: %j',
    (content) => {
      expect(answersSchema.safeParse(content).success).toBe(false);
    },
  );

  test('a choice that would reach a phone is not made, unless it is a group’s name', () => {
    const answers = prepared({ user: 'mei', password: 'pw', choose: ['Duo Push'] });
    const method = { name: 'how', label: 'Confirm with', options: [{ value: '1', label: 'Duo Push' }] };
    expect(answers.answer({ ...credentials, selects: [method] })).toBeNull();
    expect(answers.answer({ kind: 'choice', purpose: 'other', options: [{ id: '1', label: 'Duo Push' }] })).toBeNull();
    expect(answers.answer({ kind: 'choice', purpose: 'realm', options: [{ id: '1', label: 'Duo Push' }] })).not.toBeNull();
    expect(answers.answer({ ...credentials, selects: [{ ...method, group: true }] })).not.toBeNull();
  });

  test.each([
    ['Type 1 for a push, 2 for a call, or enter your code', '1'],
    ['Send a push to your phone? (y/n)', ' Y'],
    ['Type NOTIFY to get a push notification', 'notify'],
    ['[1] Okta Verify push\n[2] Call me', '2'],
    ['輸入 1 以推送到手機', '１'],
  ])('an answer that the question says rings a phone is refused: %j', (message, value) => {
    const field = { name: 'answer', label: 'Answer', secret: true };
    expect(prepared({ fields: { Answer: value } }).answer({ kind: 'fields', message, fields: [field], selects: [] })).toBeNull();
    const labelled = { ...field, label: message };
    expect(prepared({ fields: { [message]: value } }).answer({ ...credentials, fields: [labelled] })).toBeNull();
    expect(prepared({ fields: { Answer: value } }).answer({ kind: 'passcode', lengths: [], message, label: 'Answer' })).toBeNull();
    expect(prepared({ fields: { Answer: '482913' } }).answer({ kind: 'fields', message, fields: [field], selects: [] })).not.toBeNull();
  });

  test('no answers at all can send a push', () => {
    // What a menu takes, now and then
    const text = fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom('push', 'phone1', 'sms', '1', ' PUSH'));
    const any = fc.record(
      {
        user: text,
        password: text,
        passcode: text,
        fields: fc.dictionary(fc.oneof(text, fc.constant('token')), text),
        choose: fc.array(text),
        notice: fc.constantFrom('proceed', 'decline'),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(any, (content) => {
        const read = answersSchema.safeParse(content);
        if (!read.success) return;
        const answers = new PreparedAnswers(read.data, Date.now);
        const code: Prompt = { kind: 'fields', fields: [{ name: 'token', secret: true, code: true }], selects: [] };
        for (const prompt of [factor, push, passcode, credentials, code]) {
          const answer = answers.answer(prompt);
          expect(answer?.kind).not.toBe('second-factor');
          const filled = answer && 'values' in answer ? answer.values['token'] : answer && 'passcode' in answer ? answer.passcode : '';
          expect(reachesPhone(filled ?? '')).toBe(false);
        }
      }),
    );
  });
});

describe('a key for codes', () => {
  test('a pasted key makes the codes of RFC 6238, in any format', () => {
    const seed = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
    expect(readCodesKey(seed).codeAt(59_000)).toBe('287082');
    expect(readCodesKey('gezd gnbv-gy3t qojq gezd gnbv gy3t qojq====').codeAt(59_000)).toBe('287082');
    expect(readCodesKey(`otpauth://totp/Campus:mei?secret=${seed}&digits=8&issuer=Campus`).codeAt(1_111_111_109_000)).toBe('07081804');
    expect(readCodesKey('JBSWY3DPEHPK3PXP').codeAt(0)).toMatch(/^\d{6}$/);
  });

  test.each([
    '',
    'abc',
    'otpauth://hotp/x?secret=GEZDGNBVGY3TQOJQ',
    'otpauth://totp/x',
    'otpauth://totp/x?secret=GEZDGNBVGY3TQOJQ&digits=4',
    '0189',
  ])('%j is no key for codes', (text) => {
    expect(() => readCodesKey(text)).toThrow('codes-key-invalid');
  });
});

describe('arguments', () => {
  test.each([
    [['connect']],
    [['connect', 'a', 'b']],
    [['status', 'x']],
    [['fly']],
    [['connect', 'a', '--app-tunnel', '70000']],
    [['connect', 'a', '--app-tunnel', '-1']],
    [['status', '--app-tunnel', '1']],
    [['connect', 'a', '--password', 'hunter2']],
    [[]],
  ])('%j is wrong usage: 2', async (argv) => {
    const run = startCli(argv, { folder });
    expect(await run.code).toBe(2);
    expect(run.seen).not.toBe('');
  });

  test('without a terminal and answers, the command ends with 2 at once, in events too', async () => {
    const run = startCli(['connect', 'x', '--json'], { folder });
    expect(await run.code).toBe(2);
    expect(run.events).toMatchObject([{ event: 'end', exitCode: 2 }]);
  });

  test('any arguments are read, or the reason why not is given', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.constantFrom('connect', '--json', '--app-tunnel', 'status', '-h')), { maxLength: 5 }),
        (argv) => {
          try {
            readArguments(argv);
          } catch (error) {
            expect(error).toMatchObject({ name: 'UsageError' });
          }
        },
      ),
    );
  });
});

test('every failure has an exit code, and a sign-in that fails at the second factor is 4', () => {
  for (const code of failureCodes) expect([0, 1, 2, 3, 4, 5, 6, 7, 8]).toContain(exitCodeOf({ code }));
  expect(exitCodeOf(null)).toBe(0);
  expect(exitCodeOf({ code: 'sign-in-rejected' }, 'credentials')).toBe(3);
  expect(exitCodeOf({ code: 'sign-in-rejected' }, 'passcode')).toBe(4);
  expect(exitCodeOf({ code: 'account-locked' }, 'push')).toBe(4);
});

test('events contain nothing that is not in their schema', () => {
  const event = eventSchema.parse({ event: 'prompt', id: '1', kind: 'passcode', answer: '123456' });
  expect(event).toEqual({ event: 'prompt', id: '1', kind: 'passcode' });
});

test('the command line’s settings are the desktop app’s own', () => {
  expect(userDataFolder('linux', {}, '/home/mei')).toBe('/home/mei/.config/Causeway');
  expect(userDataFolder('linux', { XDG_CONFIG_HOME: '/x' }, '/home/mei')).toBe('/x/Causeway');
  expect(userDataFolder('darwin', {}, '/Users/mei')).toBe('/Users/mei/Library/Application Support/Causeway');
  expect(userDataFolder('win32', { APPDATA: 'C:\\Users\\mei\\AppData\\Roaming' }, 'C:\\Users\\mei')).toBe(
    'C:\\Users\\mei\\AppData\\Roaming\\Causeway',
  );
});
