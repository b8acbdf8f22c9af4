import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Profile } from '../../../shared/profile.ts';
import type { Answer, PromptOf } from '../../../shared/prompt.ts';
import { FormGateway, signInForm, type FormSpec, type Request, type Step } from '../../peers/gateways/form-gateway.ts';
import {
  credentials,
  failsWith,
  missingLibrary,
  passcode,
  person,
  startDriver,
  targetFor,
  type DriverBench,
  type Script,
} from '../../peers/openconnect-bench.ts';
import { awaitedLater } from '../../support/awaited-later.ts';

const twoPasswords: FormSpec = {
  inputs: [...signInForm.inputs, { type: 'password', name: 'secondary_password', label: 'Second Password:' }],
};
const menu: FormSpec = {
  message:
    'Duo two-factor login for mei\n\nEnter a passcode or select one of the following options:\n\n 1. Duo Push to XXX-XXX-1234\n 2. Duo Push to Mei’s tablet\n 3. Phone call to XXX-XXX-1234\n 4. SMS passcodes to XXX-XXX-1234\n',
  inputs: [{ type: 'password', name: 'answer', label: 'Passcode or option (1-4):' }],
};
const mei = credentials('mei', 'harbour');
const push = (device: string): Answer => ({ kind: 'second-factor', method: 'push', device });
const typed = (code: string): Answer => ({ kind: 'second-factor-passcode', passcode: code });

describe.skipIf(missingLibrary() !== null)('second factors at gateways that do not know them', () => {
  let bench: DriverBench;
  let gateway: FormGateway | null = null;
  beforeAll(async () => {
    bench = await startDriver();
  });
  afterEach(() => gateway?.stop());
  afterAll(() => bench.driver.stop());

  const signIn = async (
    next: (request: Request, gateway: FormGateway) => Step | Promise<Step>,
    script: Script,
    profile: Partial<Profile> = {},
    now = Date.now,
  ) => {
    const at = await FormGateway.start(next);
    gateway = at;
    const who = person(script);
    const target = targetFor(at.profile(profile), { now });
    return { at, who, session: awaitedLater(bench.driver.signIn(target, who.ask, new AbortController().signal)) };
  };
  /** A phone in somebody's pocket: the gateway holds its answer until it is done something with. */
  const phone = () => {
    let answer: (step: Step) => void = () => undefined;
    const decided = new Promise<Step>((resolve) => {
      answer = resolve;
    });
    return { decided, approve: () => answer('success'), refuse: (step: Step) => answer(step) };
  };
  const answersOf = (at: FormGateway) => at.requests.filter(({ init }) => !init).map(({ fields }) => fields);

  describe('Duo in a second password field', () => {
    const profile = { secondFactor: 'duo-second-password' } as const;

    test('choosing a push sends the word in the second password, and the wait is shown until the phone answers', async () => {
      const mine = phone();
      const { at, who, session } = await signIn(
        ({ init }) => (init ? twoPasswords : mine.decided),
        { 'credentials': mei, 'second-factor': push('push'), 'push': () => (mine.approve(), 'wait') },
        profile,
      );
      expect((await session).user).toBe('mei');
      expect(who.kinds()).toEqual(['credentials', 'second-factor', 'push']);
      expect(who.asked[0]).toMatchObject({ fields: [{ name: 'user' }, { name: 'password' }] });
      expect(answersOf(at)).toEqual([{ username: 'mei', password: 'harbour', secondary_password: 'push' }]);
    });

    test('choosing a passcode sends the code in the second password', async () => {
      const { at, who, session } = await signIn(
        ({ init }) => (init ? twoPasswords : 'success'),
        { 'credentials': mei, 'second-factor': { kind: 'second-factor-passcode' }, 'passcode': passcode('123456') },
        profile,
      );
      await session;
      expect(who.kinds()).toEqual(['credentials', 'second-factor', 'passcode']);
      expect(answersOf(at)).toEqual([{ username: 'mei', password: 'harbour', secondary_password: '123456' }]);
    });

    test('a denied push is reported, and only a person can send another', async () => {
      const clock = { ms: Date.now() };
      const denied = { ...twoPasswords, error: 'Login failed.' };
      const { at, who, session } = await signIn(
        ({ init }) => {
          if (init) return twoPasswords;
          clock.ms += 8_000;
          return denied;
        },
        { 'credentials': mei, 'second-factor': [push('push'), 'leave'], 'push': 'wait' },
        profile,
        () => clock.ms,
      );
      await expect(session).rejects.toMatchObject(failsWith('cancelled'));
      expect(who.kinds()).toEqual(['credentials', 'second-factor', 'push', 'second-factor']);
      expect(who.asked[3]).toMatchObject({ failure: { code: 'push-denied' } });
      expect(answersOf(at)).toHaveLength(1);
    });

    test('a push that nobody answered is reported as timed out', async () => {
      const clock = { ms: Date.now() };
      const { who, session } = await signIn(
        ({ init }) => {
          if (init) return twoPasswords;
          clock.ms += 60_000;
          return 'refuse';
        },
        { 'credentials': mei, 'second-factor': [push('push'), 'leave'], 'push': 'wait' },
        profile,
        () => clock.ms,
      );
      await expect(session).rejects.toMatchObject(failsWith('cancelled'));
      expect(who.asked[3]).toMatchObject({ kind: 'second-factor', failure: { code: 'push-timed-out' } });
    });

    test('a push refused at once may mean a wrong password: both are asked for, and a saved password is kept', async () => {
      const { who, session } = await signIn(
        ({ init }) => (init ? twoPasswords : 'refuse'),
        { 'credentials': [mei, 'leave'], 'second-factor': push('push'), 'push': 'wait' },
        profile,
        () => 0,
      );
      await expect(session).rejects.toMatchObject(failsWith('cancelled'));
      expect(who.asked.at(-1)).toMatchObject({ kind: 'credentials', failure: { code: 'push-refused-at-once' } });
    });

    test('a code refused twice with its password has both asked for, and the saved password is kept', async () => {
      const { who, session } = await signIn(
        ({ init, fields }) => (init ? twoPasswords : fields['password'] === 'right' ? 'success' : 'refuse'),
        {
          'credentials': [mei, credentials('mei', 'right')],
          'second-factor': typed('111111'),
        },
        profile,
      );
      await session;
      expect(who.kinds()).toEqual(['credentials', 'second-factor', 'second-factor', 'credentials', 'second-factor']);
      expect(who.asked[2]).toMatchObject({ failure: { code: 'passcode-wrong' } });
      expect(who.asked[3]).toMatchObject({
        fields: [{ name: 'user', value: 'mei' }, { name: 'password' }],
        failure: { code: 'passcode-wrong' },
      });
    });

    test('choosing a passcode instead of a push drops the first sign-in, and the second sends no push', async () => {
      const { at, who, session } = await signIn(
        ({ init, fields }) => (init ? twoPasswords : fields['secondary_password'] === 'push' ? 'hang' : 'success'),
        {
          'credentials': mei,
          'second-factor': push('push'),
          'push': { kind: 'instead', method: 'passcode' },
          'passcode': passcode('222333'),
        },
        profile,
      );
      await session;
      expect(who.kinds()).toEqual(['credentials', 'second-factor', 'push', 'passcode']);
      expect(answersOf(at).map((fields) => fields['secondary_password'])).toEqual(['push', '222333']);
    });
  });

  describe('Duo’s numbered menu in a challenge', () => {
    const profile = { secondFactor: 'duo-challenge' } as const;

    test('the lines of a numbered menu become devices, and the chosen number is sent', async () => {
      const mine = phone();
      const { at, who, session } = await signIn(
        ({ turn }) => [signInForm, menu, mine.decided][turn] ?? 'refuse',
        { 'credentials': mei, 'second-factor': push('2'), 'push': () => (mine.approve(), 'wait') },
        profile,
      );
      await session;
      expect(who.kinds()).toEqual(['credentials', 'second-factor', 'push']);
      expect(who.asked[1]).toEqual({
        kind: 'second-factor',
        devices: [
          { id: '1', name: 'XXX-XXX-1234', methods: ['push', 'passcode'] },
          { id: '2', name: 'Mei’s tablet', methods: ['push', 'passcode'] },
          { id: '3', name: 'XXX-XXX-1234', methods: ['call'] },
          { id: '4', name: 'XXX-XXX-1234', methods: ['text'] },
        ],
      });
      expect(who.asked[2]).toMatchObject({ device: 'Mei’s tablet' });
      // What the form calls `answer`, this protocol sends as a password
      expect(answersOf(at)[1]).toEqual({ password: '2' });
    });

    test('a wrong code shows the numbered menu again, with the reason', async () => {
      const again = { ...menu, message: `Incorrect passcode. Please try again.\n${menu.message}` };
      const { who, session } = await signIn(
        ({ turn, fields }) => (turn === 0 ? signInForm : turn === 1 ? menu : fields['password'] === '123456' ? 'success' : again),
        { 'credentials': mei, 'second-factor': [typed('000000'), typed('123456')] },
        profile,
      );
      expect((await session).user).toBe('mei');
      expect(who.kinds()).toEqual(['credentials', 'second-factor', 'second-factor']);
      expect(who.asked[2]).toMatchObject({ failure: { code: 'passcode-wrong' } });
    });
  });

  describe('a code appended to the password', () => {
    const profile = { secondFactor: 'append' } as const;

    test.each([
      ['a code', typed('654321'), 'harbour,654321'],
      ['a push', push('push'), 'harbour'],
    ])('the appended second factor as %s is sent in the password field', async (_, choice, sent) => {
      const { at, session } = await signIn(
        ({ init }) => (init ? signInForm : 'success'),
        { 'credentials': mei, 'second-factor': choice, 'push': 'wait' },
        profile,
      );
      await session;
      expect(answersOf(at)).toEqual([{ username: 'mei', password: sent }]);
    });
  });

  test.each([
    ['duo-second-password', ' PUSH ', false, { secondary_password: 'push' }],
    ['duo-second-password', 'phone2', true, { secondary_password: 'phone2' }],
    ['duo-challenge', '2', false, { password: '2' }],
    ['duo-challenge', 'call', true, { password: '3' }],
    ['duo-challenge', 'push2', false, { password: '2' }],
    ['append', 'Push2', false, { password: 'harbour,push2' }],
    ['append', 'phone', true, { password: 'harbour,phone' }],
  ] as const)('%s: %j typed as a passcode is sent as the person’s own choice, and the screen says what it does', async (...row) => {
    const [secondFactor, word, isCall, sent] = row;
    const { at, who, session } = await signIn(
      ({ init, turn }) => {
        if (secondFactor === 'duo-challenge') return [signInForm, menu, 'success' as const][turn] ?? 'refuse';
        return init ? (secondFactor === 'append' ? signInForm : twoPasswords) : 'success';
      },
      { 'credentials': mei, 'second-factor': { kind: 'second-factor-passcode' }, 'passcode': passcode(word), 'push': 'wait' },
      { secondFactor },
    );
    await session;
    expect(who.kinds()).toEqual(['credentials', 'second-factor', 'passcode', 'push']);
    expect('call' in (who.asked[3] ?? {})).toBe(isCall);
    expect(answersOf(at).at(-1)).toMatchObject(sent);
    expect(answersOf(at)).toHaveLength(secondFactor === 'duo-challenge' ? 2 : 1);
  });

  test.each([
    ['duo-second-password', '3'],
    ['duo-challenge', '7'],
    ['duo-challenge', 'push3'],
    ['append', '12'],
  ] as const)(
    '%s: %j typed as a passcode matches no passcode and no choice, so it is not sent, and the screen says what is possible',
    async (secondFactor, word) => {
      const { at, who, session } = await signIn(
        ({ init, turn }) => {
          if (secondFactor === 'duo-challenge') return [signInForm, menu, 'success' as const][turn] ?? 'refuse';
          return init ? (secondFactor === 'append' ? signInForm : twoPasswords) : 'success';
        },
        { 'credentials': mei, 'second-factor': [typed(word), 'leave'] },
        { secondFactor },
      );
      await expect(session).rejects.toMatchObject(failsWith('cancelled'));
      expect(who.asked.at(-1)).toMatchObject({ kind: 'second-factor', failure: { code: 'factor-unknown' } });
      expect(answersOf(at)).toHaveLength(secondFactor === 'duo-challenge' ? 1 : 0);
    },
  );

  test('a code field beside the password is asked for on the same screen', async () => {
    const form: FormSpec = { inputs: [...signInForm.inputs, { type: 'password', name: 'otp', label: 'One-time code:' }] };
    const { at, who, session } = await signIn(({ init }) => (init ? form : 'success'), {
      credentials: ({ fields }) => ({ kind: 'credentials', values: Object.fromEntries(fields.map(({ name }) => [name, `my ${name}`])) }),
    });
    await session;
    expect(who.asked[0]).toMatchObject({
      kind: 'credentials',
      fields: [{ name: 'user' }, { name: 'password' }, { name: 'otp', label: 'One-time code', secret: true }],
    });
    expect(answersOf(at)).toEqual([{ username: 'my user', password: 'my password', otp: 'my otp' }]);
  });

  test('a code field beside the password is asked for on its own screen if the profile names a code as second factor', async () => {
    const form: FormSpec = {
      message: 'Please enter your username, password and code.',
      inputs: [...signInForm.inputs, { type: 'password', name: 'otp', label: 'One-time code:' }],
    };
    const { at, who, session } = await signIn(
      ({ init, fields }) => (init ? form : fields['otp'] === '333333' && fields['password'] === 'right' ? 'success' : 'refuse'),
      {
        credentials: [mei, credentials('mei', 'right')],
        passcode: [passcode('111111'), passcode('222222'), passcode('333333')],
      },
      { secondFactor: 'otp-field' },
    );
    expect((await session).user).toBe('mei');
    // Nobody can tell which of the two was wrong: the code first, then both
    expect(who.kinds()).toEqual(['credentials', 'passcode', 'passcode', 'credentials', 'passcode']);
    expect(who.asked[0]).toMatchObject({ fields: [{ name: 'user' }, { name: 'password' }] });
    expect(who.asked[1]).toMatchObject({ message: 'One-time code' });
    expect(who.asked[2]).toMatchObject({ failure: { code: 'passcode-wrong' } });
    expect(who.asked[3]).toMatchObject({ fields: [{ name: 'user' }, { name: 'password' }], failure: { code: 'passcode-wrong' } });
    expect(answersOf(at)).toEqual([
      { username: 'mei', password: 'harbour', otp: '111111' },
      { username: 'mei', password: 'harbour', otp: '222222' },
      { username: 'mei', password: 'right', otp: '333333' },
    ]);
  });

  test('a password that must be changed is asked for with the gateway’s own words until the gateway accepts the new one', async () => {
    const change = (message: string): FormSpec => ({
      message,
      inputs: [
        { type: 'password', name: 'oldpass', label: 'Current password' },
        { type: 'password', name: 'newpass', label: 'New password' },
        { type: 'password', name: 'newpass2', label: 'Confirm new password' },
        { type: 'hidden', name: 'state', value: 'kept' },
      ],
    });
    const { at, who, session } = await signIn(
      ({ turn }) =>
        [signInForm, change('Your password has expired.'), change('Too short. Try again.'), 'success' as const][turn] ?? 'refuse',
      {
        credentials: mei,
        fields: ({ fields }) => ({ kind: 'fields', values: Object.fromEntries(fields.map(({ name }) => [name, `value of ${name}`])) }),
      },
    );
    await session;
    expect(who.kinds()).toEqual(['credentials', 'fields', 'fields']);
    expect(who.asked[1]).toMatchObject({
      message: 'Your password has expired.',
      fields: [{ label: 'Current password' }, { label: 'New password' }, {}],
    });
    expect(who.asked[2]).toMatchObject({ message: 'Too short. Try again.', failure: { code: 'answer-rejected' } });
    expect(answersOf(at)[1]).toMatchObject({
      oldpass: 'value of oldpass',
      newpass: 'value of newpass',
      newpass2: 'value of newpass2',
      state: 'kept',
    });
  });

  test('an answer that came too late is not called wrong', async () => {
    const clock = { ms: Date.now() };
    const { who, session } = await signIn(
      ({ init, fields }, { signIns }) => (init ? signInForm : signIns === 1 && fields['password'] === 'harbour' ? 'refuse' : 'success'),
      { credentials: () => ((clock.ms += who.asked.length === 1 ? 200_000 : 1_000), mei) },
      {},
      () => clock.ms,
    );
    await session;
    expect(who.asked).toMatchObject([{ kind: 'credentials' }, { kind: 'credentials', failure: { code: 'sign-in-timed-out' } }]);
  });

  test('a method that rings a phone is chosen by the person each time, even if it is the only one', async () => {
    const methods: FormSpec = {
      inputs: [...signInForm.inputs, { name: 'how', label: 'Confirm with', options: [{ value: '1', label: 'Duo Push' }] }],
    };
    const chosen = ({ selects: [select] }: PromptOf<'credentials'>): Answer => ({
      kind: 'credentials',
      values: { user: 'mei', password: 'harbour', ...(select && { [select.name]: select.options[0]?.value ?? '' }) },
    });
    const { who, session } = await signIn(
      ({ init, fields }, { signIns }) => (init ? methods : signIns === 1 ? 'refuse' : fields['how'] === '1' ? 'success' : 'refuse'),
      {
        credentials: [chosen, chosen],
      },
    );
    await session;
    expect(who.asked).toMatchObject(Array.from({ length: 2 }, () => ({ kind: 'credentials', selects: [{ label: 'Confirm with' }] })));
  });

  test('a role that is asked for alone is a choice', async () => {
    const roles: FormSpec = {
      message: 'Choose your role',
      inputs: [
        {
          name: 'role',
          label: 'Role',
          options: [
            { value: 's', label: 'Student' },
            { value: 't', label: 'Tutor' },
          ],
        },
      ],
    };
    const { at, who, session } = await signIn(({ turn }) => [signInForm, roles, 'success' as const][turn] ?? 'refuse', {
      credentials: mei,
      choice: ({ options }) => ({ kind: 'choice', option: options.find(({ label }) => label === 'Tutor')?.id ?? '' }),
    });
    await session;
    expect(who.asked[1]).toMatchObject({ kind: 'choice', purpose: 'role', title: 'Choose your role' });
    expect(answersOf(at)[1]).toEqual({ role: 't' });
  });
});
