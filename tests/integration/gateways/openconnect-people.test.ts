import { setTimeout as later } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Profile } from '../../../shared/profile.ts';
import type { Answer, PromptOf } from '../../../shared/prompt.ts';
import { signInForm, type FormGateway, type FormSpec } from '../../peers/gateways/form-gateway.ts';
import { answersOf, code, duoMenuForm, secret, sends, signInByForms } from '../../peers/form-sign-in.ts';
import {
  credentials,
  failsWith,
  missingLibrary,
  passcode,
  startDriver,
  type DriverBench,
  type Script,
} from '../../peers/openconnect-bench.ts';

const mei = credentials('mei', 'pw');
const password = { username: 'mei', password: 'pw' };
const fields = (...values: string[]): ((prompt: PromptOf<'fields'>) => Answer)[] =>
  values.map((value) => (prompt) => ({ kind: 'fields', values: Object.fromEntries(prompt.fields.map(({ name }) => [name, value])) }));

describe.skipIf(missingLibrary() !== null)('sign-ins that people reported', () => {
  let bench: DriverBench;
  let gateway: FormGateway | null = null;
  beforeAll(async () => {
    bench = await startDriver();
  });
  afterEach(() => gateway?.stop());
  afterAll(() => bench.driver.stop());

  const signIn = async (steps: Parameters<typeof signInByForms>[1], script: Script, profile: Partial<Profile> = {}) => {
    const run = await signInByForms(bench.driver, steps, script, profile);
    gateway = run.at;
    return run;
  };

  describe('kinds of question', () => {
    test('a PIN after the password is its own question in the gateway’s words, and is sent as typed', async () => {
      const { at, who, session } = await signIn([signInForm, secret('PIN:', 'Enter your PIN'), 'success'], {
        credentials: mei,
        fields: fields('ab-1 2 '),
      });
      await session;
      expect(who.kinds()).toEqual(['credentials', 'fields']);
      expect(who.asked[1]).toMatchObject({ message: 'Enter your PIN', fields: [{ label: 'PIN', secret: true }] });
      expect(answersOf(at)).toEqual([password, { secret: 'ab-1 2 ' }]);
    });

    test.each([
      ['驗證碼：', '請輸入驗證碼', '驗證碼'],
      ['验证码:', '请输入验证码', '验证码'],
      ['Código:', 'Introduza o código de verificação', 'Código'],
    ])('a code is recognized by its wording: %s', async (label, message, shown) => {
      const { at, who, session } = await signIn([signInForm, secret(label, message), 'success'], {
        credentials: mei,
        passcode: passcode('123456'),
      });
      await session;
      expect(who.asked[1]).toMatchObject({ kind: 'passcode', label: shown, message });
      expect(answersOf(at)[1]).toEqual({ secret: '123456' });
    });

    test.each([
      ['คำตอบ:', 'กรุณาตอบคำถาม'],
      ['پاسخ:', 'به این سؤال پاسخ دهید'],
      ['Response:', 'What was the name of your first pet?'],
      ['Password:', 'Second system'],
    ])('a question in unknown wording is asked in that wording: %s', async (label, message) => {
      const { at, who, session } = await signIn([signInForm, secret(label, message), 'success'], {
        credentials: mei,
        fields: fields('a-b c'),
      });
      await session;
      expect(who.asked[1]).toMatchObject({ kind: 'fields', message, fields: [{ label: label.slice(0, -1), secret: true }] });
      expect(answersOf(at)).toEqual([password, { secret: 'a-b c' }]);
    });

    test.each([
      ['', 'Your password has expired. Please select a new one:'],
      ['New password:', 'Set it now.'],
      ['新密碼：', '您的密碼已過期'],
      ['', '请设置新密码'],
      ['Nova senha:', 'A sua senha expirou.'],
      ['', 'Altere a sua palavra-passe.'],
    ])('a new password has its own screen and is sent byte for byte: %j %j', async (label, message) => {
      const { at, who, session } = await signIn([signInForm, secret(label, message), 'success'], {
        credentials: mei,
        fields: fields(' a-b c\t'),
      });
      await session;
      expect(who.asked[1]).toMatchObject({ kind: 'fields', fields: [{ secret: true, newPassword: true }] });
      expect(answersOf(at)[1]).toEqual({ secret: ' a-b c\t' });
    });

    test('a name that is asked for alone after the password is its own question', async () => {
      const form = { message: 'Enter your employee number', inputs: [{ name: 'username', label: 'Employee number:' }] };
      const { at, who, session } = await signIn([signInForm, form, 'success'], {
        credentials: mei,
        fields: fields('4711'),
      });
      await session;
      expect(who.asked[1]).toMatchObject({ kind: 'fields', message: form.message, fields: [{ label: 'Employee number' }] });
      expect(answersOf(at)).toEqual([password, { username: '4711' }]);
    });

    test('a new password is recognized by the profile’s own words', async () => {
      const { who, session } = await signIn(
        [signInForm, secret('Geheim', 'Neues Kennwort wählen'), 'success'],
        { credentials: mei, fields: fields('x y') },
        { newPasswordWords: ['Neues Kennwort'] },
      );
      await session;
      expect(who.asked[1]).toMatchObject({ fields: [{ newPassword: true }] });
    });

    test('RSA’s new PIN, its repetition, next token and yes or no are each asked in the gateway’s words and sent as typed', async () => {
      const { at, who, session } = await signIn(
        [
          signInForm,
          secret('Answer:', 'Are you prepared to accept a system-generated PIN (y/n)?'),
          secret('Answer:', 'Enter a new PIN having 4 to 8 digits'),
          secret('Answer:', 'Please re-enter new PIN'),
          secret('Answer:', 'Wait for the token code to change, then enter the new token code'),
          'success',
        ],
        { credentials: mei, fields: fields('n', 'ab-12', 'ab-12'), passcode: passcode('654321') },
      );
      await session;
      expect(who.kinds()).toEqual(['credentials', 'fields', 'fields', 'fields', 'passcode']);
      expect(who.asked.slice(1)).toMatchObject([
        { message: 'Are you prepared to accept a system-generated PIN (y/n)?' },
        { message: 'Enter a new PIN having 4 to 8 digits' },
        { message: 'Please re-enter new PIN' },
        { message: 'Wait for the token code to change, then enter the new token code' },
      ]);
      for (const prompt of who.asked.slice(1)) expect(JSON.stringify(prompt)).not.toMatch(/newPassword|failure/);
      expect(
        answersOf(at)
          .slice(1)
          .map((given) => given['secret']),
      ).toEqual(['n', 'ab-12', 'ab-12', '654321']);
    });
  });

  describe('passwords that are sent once', () => {
    test.each(['Incorrect code.', 'Try again', 'The code has expired. A new one was sent.', '驗證碼錯誤', 'Código incorreto'])(
      'another code goes into the same sign-in after “%s”',
      async (error) => {
        const { at, who, session } = await signIn([signInForm, code(), code('Enter your verification code.', { error }), 'success'], {
          credentials: mei,
          passcode: [passcode('000000'), passcode('123456')],
        });
        await session;
        expect(who.kinds()).toEqual(['credentials', 'passcode', 'passcode']);
        expect(who.asked[2]).toMatchObject({
          message: expect.stringContaining(error) as string,
          failure: { code: error.includes('expired') ? 'passcode-expired' : 'passcode-wrong' },
        });
        expect(at.signIns).toBe(1);
        expect(sends(at)).toBe(1);
      },
    );

    test('a gateway that rejects name or password after the code has both asked for before they are sent again', async () => {
      const { at, who, session } = await signIn([signInForm, code(), { ...signInForm, error: 'Login failed.' }], {
        credentials: [mei, 'leave'],
        passcode: passcode('123456'),
      });
      await expect(session).rejects.toMatchObject(failsWith('cancelled'));
      expect(who.kinds()).toEqual(['credentials', 'passcode', 'credentials']);
      expect(who.asked[2]).toMatchObject({ failure: { code: 'sign-in-rejected' }, fields: [{ name: 'user' }, { name: 'password' }] });
      expect(sends(at)).toBe(1);
    });

    test.each([
      ['Your account is locked out. Call the desk.', 'account-locked-out'],
      ['Maximum number of sessions reached.', 'session-limit'],
    ])('a refusal that blames no password is reported as what it is: %s', async (error, reason) => {
      const { at, who, session } = await signIn([signInForm, { ...signInForm, error }], { credentials: [mei, 'leave'] });
      await expect(session).rejects.toMatchObject(failsWith('cancelled'));
      expect(who.asked[1]).toMatchObject({ failure: { code: reason } });
      expect(sends(at)).toBe(1);
    });

    test('a refusal with the profile’s group is reported, and the password is sent once', async () => {
      const group: FormSpec = {
        inputs: [
          {
            name: 'group_list',
            label: 'GROUP:',
            options: [
              { value: 'v1', label: 'Full' },
              { value: 'v2', label: 'Staff' },
            ],
          },
          ...signInForm.inputs,
        ],
      };
      const { at, who, session } = await signIn(
        [group, { ...group, error: 'Login failed.' }],
        { credentials: [mei, 'leave'] },
        { realm: 'Staff' },
      );
      await expect(session).rejects.toMatchObject(failsWith('cancelled'));
      expect(who.asked[1]).toMatchObject({ kind: 'credentials', failure: { code: 'sign-in-rejected' } });
      expect(sends(at)).toBe(1);
    });

    test('the same question in three wordings or languages is three questions', async () => {
      const { at, who, session } = await signIn(
        [
          signInForm,
          code('Enter the code on your phone.'),
          code('Enter the next code on your phone.'),
          code('請輸入下一個驗證碼'),
          'success',
        ],
        { credentials: mei, passcode: [passcode('111111'), passcode('222222'), passcode('333333')] },
      );
      await session;
      expect(JSON.stringify(who.asked)).not.toContain('failure');
      expect(
        answersOf(at)
          .slice(1)
          .map((given) => given['secret']),
      ).toEqual(['111111', '222222', '333333']);
      expect(at.signIns).toBe(1);
    });

    test('a question repeated in the same words again and again ends in a new sign-in that asks for the password', async () => {
      const { at, who, session } = await signIn(
        Array.from({ length: 20 }, (_, turn) => (turn === 0 ? signInForm : code())),
        {
          credentials: [mei, 'leave'],
          passcode: passcode('000000'),
        },
      );
      await expect(session).rejects.toMatchObject(failsWith('cancelled'));
      expect(sends(at)).toBeLessThanOrEqual(2);
      expect(who.asked.at(-1)).toMatchObject({ kind: 'credentials', failure: { code: 'passcode-wrong' } });
    });
  });

  describe('Duo’s menus', () => {
    const choose = (method: 'push' | 'call' | 'text', device: string): Answer => ({ kind: 'second-factor', method, device });

    test('a Duo call is shown as a call and waited for', async () => {
      const { at, who, session } = await signIn([signInForm, duoMenuForm, () => later(100).then(() => 'success' as const)], {
        'credentials': mei,
        'second-factor': choose('call', '2'),
        'push': 'wait',
      });
      await session;
      expect(who.asked[1]).toMatchObject({
        devices: [{ methods: ['push', 'passcode'] }, { methods: ['call'] }, { methods: ['text'], startsWith: '2' }],
      });
      expect(who.asked[2]).toMatchObject({ kind: 'push', call: true, device: 'XXX-XXX-1234' });
      expect(answersOf(at)[1]).toEqual({ password: '2' });
    });

    test('Duo texts are sent by the person’s choice, and the next menu blames nobody and says how the code starts', async () => {
      const sent = { ...duoMenuForm, message: `New SMS passcodes sent.\n${duoMenuForm.message ?? ''}` };
      const { who, session } = await signIn([signInForm, duoMenuForm, sent, 'success'], {
        'credentials': mei,
        'second-factor': choose('text', '3'),
        'passcode': passcode('2345678'),
      });
      await session;
      expect(who.kinds()).toEqual(['credentials', 'second-factor', 'passcode']);
      expect(who.asked[2]).toEqual({ kind: 'passcode', lengths: [], startsWith: '2' });
    });

    test('a push stays visible while a gateway that shows its number continues', async () => {
      const number: FormSpec = { message: 'Enter 482913 in Duo Mobile', inputs: [{ type: 'hidden', name: 'state', value: 'x' }] };
      const { who, session } = await signIn([signInForm, duoMenuForm, number, () => later(100).then(() => 'success' as const)], {
        'credentials': mei,
        'second-factor': choose('push', '1'),
        'push': 'wait',
      });
      await session;
      expect(who.kinds()).toEqual(['credentials', 'second-factor', 'push', 'push']);
      expect(who.asked[3]).toMatchObject({ number: '482913', device: 'XXX-XXX-1234' });
    });

    test('two menu lines with one number are one choice', async () => {
      const twice = { ...duoMenuForm, message: ' 1. Duo Push to A\n 1. Phone call to B\n 2. Duo Push to C' };
      const { who, session } = await signIn([signInForm, twice], { 'credentials': mei, 'second-factor': 'leave' });
      await expect(session).rejects.toMatchObject(failsWith('cancelled'));
      expect(who.asked[1]).toMatchObject({ devices: [{ id: '1', name: 'A / B', methods: ['other'] }, { id: '2' }] });
    });
  });

  test.each([900, 3_900, 4_096, 16_000])('a ticket of %i characters is accepted whole, or reported as too long', async (length) => {
    const cookie = `${'x'.repeat(length - 3)}END`;
    const { session } = await signIn([signInForm, { cookie }], { credentials: mei });
    // The library may put a key of its own before it
    if (length <= 3_900) expect((await session).grant).toMatchObject({ cookie: expect.stringMatching(`(^|webvpn=)${cookie}$`) as string });
    else await expect(session).rejects.toMatchObject(failsWith('ticket-too-long', { host: 'forms.campus.test' }));
  });

  test('spaces of any kind around both user names are removed, and those in other answers and passwords kept', async () => {
    const form: FormSpec = {
      inputs: [
        ...signInForm.inputs,
        { name: 'secondary_username', label: 'Second user ID:' },
        { type: 'password', name: 'secondary_password', label: 'Second password:' },
        { name: 'remark', label: 'Remark:' },
      ],
    };
    const { at, session } = await signIn([form, 'success'], {
      credentials: ({ fields: asked }) => ({
        kind: 'credentials',
        values: Object.fromEntries(asked.map(({ name }) => [name, `\u00a0\t${name}\u3000 `])),
      }),
    });
    await session;
    const [given] = answersOf(at);
    expect(given).toMatchObject({ username: 'user', secondary_username: 'secondary_username', password: '\u00a0\tpassword\u3000 ' });
    expect(given).toMatchObject({ secondary_password: '\u00a0\tsecondary_password\u3000 ', remark: '\u00a0\tremark\u3000 ' });
  });

  test.each([
    [{ separator: ';' }, 'pw;123456'],
    [{ separator: '' }, 'pw123456'],
    [{ order: 'passcode-first' as const }, '123456,pw'],
  ])('password and code are joined as the profile says: %j', async (append, joined) => {
    const { at, session } = await signIn(
      [signInForm, 'success'],
      { 'credentials': mei, 'second-factor': { kind: 'second-factor-passcode', passcode: '123456' } },
      { secondFactor: 'append', append },
    );
    await session;
    expect(answersOf(at)).toEqual([{ username: 'mei', password: joined }]);
  });

  test('a word typed after the password is sent as it is, and the screen says what it does', async () => {
    const { at, who, session } = await signIn(
      [signInForm, () => later(100).then(() => 'success' as const)],
      { credentials: credentials('mei', 'pw,Phone '), push: 'wait' },
      { secondFactor: 'append' },
    );
    await session;
    expect(who.asked[1]).toMatchObject({ kind: 'push', call: true });
    expect(answersOf(at)).toEqual([{ username: 'mei', password: 'pw,Phone ' }]);
  });
});
