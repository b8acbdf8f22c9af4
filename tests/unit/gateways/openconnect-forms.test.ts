import { describe, expect, it } from 'vitest';
import { Conversation, StartAgain } from '../../../electron/gateways/openconnect/conversation/conversation.ts';
import { librariesFor } from '../../../electron/gateways/openconnect/driver.ts';
import { duoMenu } from '../../../electron/gateways/openconnect/conversation/duo.ts';
import type { ReadingOptions } from '../../../electron/gateways/openconnect/conversation/field-roles.ts';
import { readOcForm } from '../../../electron/gateways/openconnect/conversation/forms.ts';
import { fieldType, type OcField, type OcForm } from '../../../electron/gateways/openconnect/process/messages.ts';
import type { Profile } from '../../../shared/profile.ts';
import type { Answer, Prompt } from '../../../shared/prompt.ts';

type Kind = keyof typeof fieldType;
const form = (
  id: string,
  fields: [kind: Kind, name: string, label?: string, choices?: string[]][],
  more: Partial<OcForm> = {},
): OcForm => ({
  id,
  fields: fields.map(([kind, name, label, choices], index): OcField => ({
    index,
    type: fieldType[kind],
    name,
    ignored: false,
    ...(label === undefined ? {} : { label }),
    ...(choices ? { choices: choices.map((each) => ({ name: each, label: each })) } : {}),
  })),
  group: null,
  oversized: false,
  ...more,
});
const reading: ReadingOptions = { protocol: 'pulse', host: 'vpn.campus.test', passwordGiven: false, secondStepExpected: false };
const rolesOf = (read: OcForm, options: Partial<ReadingOptions> = {}) =>
  readOcForm(read, { ...reading, ...options }).fields.map(({ role }) => role);

describe('what a field is for', () => {
  it.each<[string, OcForm, string[]]>([
    ['ocserv, first', form('main', [['text', 'username', 'Username:']]), ['user']],
    ['ocserv, second', form('main', [['password', 'password', 'Password:']], { message: 'Please enter your password.' }), ['password']],
    [
      'a password, before a code that is announced',
      form('main', [['password', 'password', 'Password:']], { message: 'Enter your password. A verification code follows.' }),
      ['password'],
    ],
    ['ocserv, code', form('main', [['password', 'password', 'Password:']], { message: 'Please enter your OTP password.' }), ['passcode']],
    [
      'Cisco with two passwords',
      form('main', [
        ['text', 'username'],
        ['password', 'password'],
        ['password', 'secondary_password'],
      ]),
      ['user', 'password', 'second-password'],
    ],
    [
      'Ivanti on the web',
      form('frmLogin', [
        ['text', 'username', 'username'],
        ['password', 'password', 'password'],
        ['hidden', 'tz_offset'],
      ]),
      ['user', 'password'],
    ],
    [
      'Ivanti on the web, second password',
      form('frmLogin', [
        ['text', 'username'],
        ['password', 'password'],
        ['password', 'password#2'],
      ]),
      ['user', 'password', 'second-password'],
    ],
    [
      'Ivanti on the web, a code beside the password',
      form('frmLogin', [
        ['text', 'username'],
        ['password', 'password'],
        ['password', 'token_as_second_password', 'token_as_second_password'],
      ]),
      ['user', 'password', 'passcode'],
    ],
    ['a page of Microsoft’s', form('loginForm', [['text', 'VerificationCode', 'VerificationCode']]), ['passcode']],
    ['Ivanti on the web, token', form('frmDefender', [['password', 'password', 'password']]), ['passcode']],
    ['Ivanti on the web, next token', form('frmNextToken', [['password', 'password']]), ['passcode']],
    [
      'Pulse',
      form('pulse_user', [
        ['text', 'username', 'Username:'],
        ['password', 'password', 'Password:'],
      ]),
      ['user', 'password'],
    ],
    [
      'Pulse, second',
      form('pulse_secondary', [
        ['text', 'username', 'Secondary username:'],
        ['password', 'password', 'Secondary password:'],
      ]),
      ['other', 'second-password'],
    ],
    ['Pulse, token', form('pulse_gtc', [['password', 'tokencode', 'Please enter your passcode:']]), ['passcode']],
    ['Pulse, realm to type', form('pulse_realm_entry', [['text', 'realm', 'Realm:']]), ['group']],
    [
      'Pulse, new password',
      form('pulse_user_change', [
        ['password', 'oldpass', 'Current password:'],
        ['password', 'newpass1', 'New password:'],
        ['password', 'newpass1', 'Verify new password:'],
      ]),
      ['other', 'other', 'other'],
    ],
    [
      'GlobalProtect',
      form('_login', [
        ['text', 'user', 'NetID: '],
        ['password', 'passwd', 'Password: '],
      ]),
      ['user', 'password'],
    ],
    [
      'GlobalProtect, challenge',
      form('_challenge', [
        ['hidden', 'user'],
        ['password', 'passwd', 'Challenge: '],
      ]),
      ['passcode'],
    ],
    [
      'Fortinet',
      form('_login', [
        ['text', 'username', 'Username: '],
        ['password', 'credential', 'Password: '],
      ]),
      ['user', 'password'],
    ],
    [
      'Fortinet, token',
      form('_challenge', [
        ['hidden', 'username'],
        ['password', 'code', 'Code: '],
      ]),
      ['passcode'],
    ],
    [
      'Array',
      form('_login', [
        ['text', 'method', 'authgroup'],
        ['text', 'uname', 'username'],
        ['password', 'pwd', 'password'],
      ]),
      ['group', 'user', 'password'],
    ],
  ])('a field’s role is read from its form: %s', (_, read, roles) => {
    expect(rolesOf(read)).toEqual(roles);
  });

  it('a lone password field after the password takes a code if the profile says that one follows', () => {
    const again = form('main', [['password', 'reply', 'Word of the day']]);
    expect(rolesOf(again)).toEqual(['password']);
    expect(rolesOf(again, { passwordGiven: true })).toEqual(['other']);
    expect(rolesOf(again, { passwordGiven: true, secondStepExpected: true })).toEqual(['passcode']);
  });

  it.each([
    'What is your mother’s maiden name?',
    'Do you want to enter your own pin (y) or have the system generate one (n)?',
    '您的出生地是？',
  ])('a field with a question of its own takes no code, though the profile says that one follows: %s', (message) => {
    const asked = { ...form('main', [['password', 'reply', 'Response']]), message };
    expect(rolesOf(asked, { passwordGiven: true, secondStepExpected: true })).toEqual(['other']);
  });

  it('two fields with the same name stay two', () => {
    const names = readOcForm(
      form('pulse_user_change', [
        ['password', 'newpass1'],
        ['password', 'newpass1'],
      ]),
      reading,
    ).fields.map(({ name }) => name);
    expect(new Set(names).size).toBe(2);
  });

  it('the heading of an F5 page is the form’s heading, and a long text, or another family’s banner, must be accepted', () => {
    const heading = { banner: 'Secure Logon \n\t for Campus\u202e:' };
    const read = (banner: string, protocol = 'f5') => readOcForm(form('auth_form', [], { banner }), { ...reading, protocol });
    expect(read(heading.banner)).toMatchObject({ banner: '', title: 'Secure Logon for Campus' });
    const terms = 'Use of this service is logged. '.repeat(10);
    expect(read(terms)).toMatchObject({ banner: terms, title: '' });
    expect(read('Members only.', 'anyconnect')).toMatchObject({ banner: 'Members only.', title: '' });
    expect(read('  ')).toMatchObject({ banner: '', title: '' });
  });

  it('a banner that is only the form’s name is ignored', () => {
    expect(readOcForm(form('frmLogin', [], { banner: 'frmLogin' }), reading).banner).toBe('');
    expect(readOcForm(form('frmLogin', [], { banner: 'Authorised users only.' }), reading).banner).toBe('Authorised users only.');
  });
});

describe('Duo’s menus', () => {
  it('Duo’s menus are read with any numbering, each line with what it does', () => {
    expect(
      duoMenu('Enter a passcode or select:\r\n1) Duo Push to XXX-XXX-9999\r\n2) SMS passcodes to XXX-XXX-9999 (next code starts with: 2)'),
    ).toEqual([
      { id: '1', name: 'XXX-XXX-9999', methods: ['push', 'passcode'] },
      { id: '2', name: 'XXX-XXX-9999', methods: ['text'], startsWith: '2' },
    ]);
  });
  it.each(['[1] Okta push\n[2] Call me', '(1) Okta push\n(2) Call me', '1 - Okta push\n2 – Call me', ' 1: Okta push\n 2: Call me'])(
    'Duo’s menus are read with other signs at their numbers: %j',
    (text) => {
      expect(duoMenu(text)).toEqual([
        { id: '1', name: 'Okta push', methods: ['push', 'passcode'] },
        { id: '2', name: 'Call me', methods: ['call'] },
      ]);
    },
  );
  it.each([
    '',
    'Enter your code.',
    '2-factor: approve the push.',
    '[1 Duo Push',
    '10-15 seconds after the push, enter your code.',
    '1. Read the terms\n2. Go on',
    '2026. Duo Push to nobody',
  ])('%j is no menu of Duo’s', (text) => {
    expect(duoMenu(text)).toBeNull();
  });
});

describe('a sign-in as a whole', () => {
  const talk = (answers: Partial<Record<Prompt['kind'], Answer>>, profile: Partial<Profile> = {}) => {
    const asked: Prompt[] = [];
    const target = {
      host: 'vpn.campus.test',
      port: 443,
      verifier: () => ({ kind: 'accept' as const }),
      now: () => 0,
      client: { name: 'test', version: '0', installation: 'x' },
      profile: {
        version: 1 as const,
        id: 'x',
        name: 'X',
        gateways: ['vpn.campus.test'],
        protocol: 'pulse' as const,
        tunnel: 'app' as const,
        labels: { userId: 'User ID', password: 'Password' },
        portal: { address: 'https://portal.campus.test', hosts: ['portal.campus.test'], pages: 'other' as const },
        trust: { kind: 'system' as const },
        ...profile,
      },
    };
    const ask = (prompt: Prompt) => {
      asked.push(prompt);
      const answer = answers[prompt.kind];
      return answer ? Promise.resolve(answer) : Promise.reject(new Error(`nobody expected ${prompt.kind}`));
    };
    return { asked, conversation: new Conversation(target, ask, new AbortController().signal) };
  };
  const signIn: Answer = { kind: 'credentials', values: { user: 'mei', password: 'harbour' } };

  it('a sign-in takes the realm from the profile, as text or from a list', async () => {
    const { conversation, asked } = talk({}, { realm: 'students' });
    expect((await conversation.reply(form('pulse_realm_entry', [['text', 'realm', 'Realm:']]))).answer.values).toEqual([
      { index: 0, value: 'students' },
    ]);
    const choice = form('pulse_realm_choice', [['select', 'realm_choice', 'Realm:', ['Staff', 'Students']]]);
    expect((await conversation.reply(choice)).answer.values).toEqual([{ index: 0, value: 'Students' }]);
    expect(asked).toEqual([]);
  });

  it('a sign-in asks for a realm that the profile does not name', async () => {
    const { conversation, asked } = talk({ fields: { kind: 'fields', values: { realm: 'guests' } } });
    expect((await conversation.reply(form('pulse_realm_entry', [['text', 'realm', 'Realm:']]))).answer.values).toEqual([
      { index: 0, value: 'guests' },
    ]);
    expect(asked).toMatchObject([{ kind: 'fields', fields: [{ name: 'realm', label: 'Realm' }] }]);
  });

  it('a sign-in asks which session to end, with or without labels', async () => {
    const { conversation, asked } = talk({ choice: { kind: 'choice', option: '1' } });
    const sessions = form('pulse_session_kill', [['select', 'session_choice', 'Session:', ['', 'b7']]]);
    expect((await conversation.reply(sessions)).answer.values).toEqual([{ index: 0, value: 'b7' }]);
    expect(asked).toMatchObject([{ kind: 'choice', purpose: 'session', options: [{ id: '0' }, { id: '1', label: 'b7' }] }]);
  });

  it('a sign-in leaves hidden and ignored fields to the library', async () => {
    const { conversation } = talk({ credentials: signIn });
    const read = form('main', [
      ['text', 'username'],
      ['password', 'password'],
      ['hidden', 'token'],
      ['password', 'secondary_password'],
    ]);
    const ignored = read.fields.map((field) => (field.name === 'secondary_password' ? { ...field, ignored: true } : field));
    expect((await conversation.reply({ ...read, fields: ignored })).answer.values).toEqual([
      { index: 0, value: 'mei' },
      { index: 1, value: 'harbour' },
    ]);
  });

  describe('GlobalProtect’s portal and the gateway behind it, where each asks for a code', () => {
    const portal = form('_login', [
      ['text', 'user', 'Username: '],
      ['password', 'passwd', 'Password: '],
    ]);
    const challenge = form(
      '_challenge',
      [
        ['hidden', 'user'],
        ['token', 'passwd', 'Challenge: '],
      ],
      { message: 'Your code' },
    );
    const gateway = form('_login', [
      ['hidden', 'user'],
      ['password', 'passwd', 'Password: '],
    ]);
    const passed = async () => {
      const run = talk({ credentials: signIn, passcode: { kind: 'passcode', passcode: '287082' } }, { protocol: 'gp' });
      await run.conversation.reply(portal);
      await run.conversation.reply(challenge);
      await run.conversation.reply(form('_portal', [['select', 'gateway', 'GATEWAY:', ['gp.campus.test']]]));
      return run;
    };

    it('a GlobalProtect gateway’s questions after the portal’s are its own: the password is sent, the code asked for', async () => {
      const { conversation, asked } = await passed();
      expect((await conversation.reply(gateway)).answer.values).toEqual([{ index: 1, value: 'harbour' }]);
      await conversation.reply(challenge);
      expect(asked.map(({ kind }) => kind)).toEqual(['credentials', 'passcode', 'passcode']);
      expect(asked[2]).not.toHaveProperty('failure');
    });

    it('a GlobalProtect gateway’s repeated question is a refusal', async () => {
      const { conversation } = await passed();
      await conversation.reply(gateway);
      await expect(conversation.reply(gateway)).rejects.toBeInstanceOf(StartAgain);
    });
  });

  const login = form('main', [
    ['text', 'username'],
    ['password', 'password'],
  ]);

  it.each<[said: string, shown: boolean]>([
    ['Please enter your username and password.', false],
    ['Enter user credentials:', false],
    ['', false],
    ['Your account is disabled. Call 1234.', true],
    ['Please enter your username and password.\nMaintenance tonight.', true],
  ])('the gateway’s text beside name and password is shown if it is more than the question: %j', async (message, shown) => {
    const { conversation, asked } = talk({ credentials: signIn });
    await conversation.reply({ ...login, message });
    expect(asked[0]).toMatchObject(shown ? { kind: 'credentials', message } : { kind: 'credentials' });
    expect('message' in (asked[0] ?? {})).toBe(shown);
  });

  it.each<[secondFactor: Profile['secondFactor'], asks: Prompt['kind']]>([
    ['otp-field', 'passcode'],
    ['duo-challenge', 'passcode'],
    [undefined, 'fields'],
  ])('by the profile’s word alone, a lone secret after the password is a code and never a password: %s', async (secondFactor, kind) => {
    const { conversation, asked } = talk(
      { credentials: signIn, passcode: { kind: 'passcode', passcode: '287082' }, fields: { kind: 'fields', values: { reply: 'fish' } } },
      secondFactor === undefined ? {} : { secondFactor },
    );
    await conversation.reply(login);
    await conversation.reply(form('second', [['password', 'reply', 'Word of the day']]));
    expect(asked.map((prompt) => prompt.kind)).toEqual(['credentials', kind]);
  });

  it('the sign-in after a password change is no refusal, and asks for the new password', async () => {
    const values = { oldpass: 'a', newpass1: 'b', newpass2: 'b' };
    const { conversation, asked } = talk({ credentials: signIn, fields: { kind: 'fields', values } });
    const change = form('change', [
      ['password', 'oldpass'],
      ['password', 'newpass1'],
      ['password', 'newpass2'],
    ]);
    await conversation.reply(login);
    await conversation.reply(change);
    await conversation.reply({ ...login, message: 'Password changed. Sign in with it.' });
    expect(asked.map(({ kind }) => kind)).toEqual(['credentials', 'fields', 'credentials']);
    expect(asked[2]).toMatchObject({ message: 'Password changed. Sign in with it.', fields: [{ name: 'password' }] });
    expect(asked[2]).not.toHaveProperty('failure');
  });

  it('a form says which field takes a code', async () => {
    const values = { user: 'mei', password: 'harbour', token: '287082' };
    const { conversation, asked } = talk({ credentials: { kind: 'credentials', values } }, { protocol: 'nc' });
    const withToken = form('frmLogin', [
      ['text', 'username'],
      ['password', 'password'],
      ['password', 'token', 'token'],
    ]);
    await conversation.reply(withToken);
    expect(asked).toMatchObject([{ kind: 'credentials', fields: [{ name: 'user' }, { name: 'password' }, { name: 'token', code: true }] }]);
  });

  it('nothing is sent by itself after a push failed', async () => {
    const { conversation, asked } = talk(
      { 'credentials': signIn, 'second-factor': { kind: 'second-factor', method: 'push', device: 'push' } },
      { secondFactor: 'append' },
    );
    const login = form('_login', [
      ['text', 'user', 'Username'],
      ['password', 'passwd', 'Password'],
    ]);
    const { push } = await conversation.reply(login);
    expect(push?.id).toBe('push');
    await expect(conversation.reply(login)).rejects.toBeInstanceOf(StartAgain);
    expect(asked.map(({ kind }) => kind)).toEqual(['credentials', 'second-factor']);
  });
});

describe('where the library is looked for', () => {
  it('the library is looked for only where policy says', () => {
    expect(librariesFor('/opt/it/libopenconnect.so.5', '/app', 'linux')).toEqual(['/opt/it/libopenconnect.so.5']);
  });
  it('the library is looked for at the installer’s place or the system’s only, if policy says so', () => {
    expect(librariesFor(null, '/app', 'linux', 'installer')).toEqual(['/app/libopenconnect.so.5']);
    expect(librariesFor(null, '/app', 'linux', 'system')).toEqual(['libopenconnect.so.5']);
    expect(librariesFor(null, '/app', 'win32', 'system')).toEqual([]);
    expect(librariesFor('/opt/it/libopenconnect.so.5', '/app', 'linux', 'installer')).toEqual(['/opt/it/libopenconnect.so.5']);
  });
  it('the library is looked for beside us, and on Linux in the system too', () => {
    expect(librariesFor(null, '/app', 'linux')).toEqual(['/app/libopenconnect.so.5', 'libopenconnect.so.5']);
    expect(librariesFor(null, '/app', 'win32')).toEqual(['/app/libopenconnect-5.dll']);
    // By a name alone it would be looked for where the person works
    expect(librariesFor(null, null, 'darwin')).toEqual([]);
    expect(librariesFor(null, null, 'win32')).toEqual([]);
  });
});
