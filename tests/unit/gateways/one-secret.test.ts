import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Conversation, StartAgain } from '../../../electron/gateways/openconnect/conversation/conversation.ts';
import {
  asksNewPassword,
  complains,
  saysCode,
  saysLocked,
  saysSessionLimit,
} from '../../../electron/gateways/openconnect/conversation/text-patterns.ts';
import { fieldType, type OcForm } from '../../../electron/gateways/openconnect/process/messages.ts';
import { appendedWord, mayReachPhone, phoneWord } from '../../../shared/phone-words.ts';
import type { Answer, Prompt } from '../../../shared/prompt.ts';

/** One secret, one question: whatever a gateway asks, in whatever words and order. */

const login: OcForm = {
  id: 'main',
  fields: [
    { index: 0, type: fieldType.text, name: 'username', label: 'Username:', ignored: false },
    { index: 1, type: fieldType.password, name: 'password', label: 'Password:', ignored: false },
  ],
  group: null,
  oversized: false,
};
const words = fc.oneof(
  fc.constantFrom(
    '',
    'PIN:',
    'Enter your PIN',
    'Password:',
    'Please enter your password.',
    'Code:',
    '驗證碼：',
    '請輸入新密碼',
    'Nova senha:',
    'Your password has expired. Please select a new one:',
    'Incorrect code.',
    'Login failed.',
    'คำตอบ',
    '\u202E\u200F',
    '   ',
    '1. Duo Push to A\n1. Phone call to B\n2. SMS passcodes to C (next code starts with: 2)',
  ),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constant('x'.repeat(2_000)),
);
const lone = fc
  .record({ name: fc.constantFrom('secret', 'answer', 'password', 'otp'), label: words, message: words, error: words })
  .map(({ name, label, message, error }): OcForm => ({
    id: 'main',
    ...(message && { message }),
    ...(error && { error }),
    fields: [{ index: 0, type: fieldType.password, name, ...(label && { label }), ignored: false }],
    group: null,
    oversized: false,
  }));
const manyFields = (count: number): OcForm => ({
  id: 'many',
  message: 'All of these',
  fields: Array.from({ length: count }, (_, index) => ({ index, type: fieldType.password, name: `f${index}`, ignored: false })),
  group: null,
  oversized: false,
});
const many = fc.integer({ min: 0, max: 50 }).map(manyFields);
const forms = fc.array(
  fc.oneof({ weight: 2, arbitrary: fc.constant(login) }, { weight: 6, arbitrary: lone }, { weight: 1, arbitrary: many }),
  {
    minLength: 1,
    maxLength: 8,
  },
);

interface Typed {
  /** The well-known name that it was typed for, or what the question showed. */
  question: string;
  prompt: Prompt;
}

/** A person who types something new into every field, and never the same twice. */
function typist() {
  const typed = new Map<string, Typed>();
  const secret = (question: string, prompt: Prompt): string => {
    const value = `typed-${typed.size}-abcdefgh`;
    typed.set(value, { question, prompt });
    return value;
  };
  const answer = (prompt: Prompt): Answer => {
    switch (prompt.kind) {
      case 'credentials':
      case 'fields':
        return { kind: prompt.kind, values: Object.fromEntries(prompt.fields.map(({ name }) => [name, secret(name, prompt)])) };
      case 'second-factor':
        return { kind: 'second-factor-passcode' };
      case 'passcode':
        return { kind: 'passcode', passcode: secret('passcode', prompt) };
      case 'notice':
        return { kind: 'notice', proceed: true };
      case 'browser':
      case 'certificate':
      case 'choice':
      case 'client-certificate':
      case 'proxy':
      case 'push':
      case 'waiting':
        throw new Error(`nobody expected ${prompt.kind}`);
    }
  };
  return { typed, answer };
}

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
    protocol: 'anyconnect' as const,
    tunnel: 'app' as const,
    labels: { userId: 'User ID', password: 'Password' },
    portal: { address: 'https://portal.campus.test', hosts: ['portal.campus.test'], pages: 'other' as const },
    trust: { kind: 'system' as const },
  },
};

describe('one secret, one question', () => {
  it('typed text goes only into the form it was typed for, and a password is sent again only after the person was asked why', async () => {
    await fc.assert(
      fc.asyncProperty(forms, async (list) => {
        const { typed, answer } = typist();
        const asked: Prompt[] = [];
        const conversation = new Conversation(
          target,
          (prompt) => {
            asked.push(prompt);
            return Promise.resolve(answer(prompt));
          },
          new AbortController().signal,
        );
        const sent = new Map<string, number>();
        const firstField = new Map<string, string>();
        conversation.begin();
        for (const form of [login, ...list]) {
          const before = asked.length;
          try {
            const { answer: reply } = await conversation.reply(form);
            for (const { index, value } of reply.values) {
              const from = typed.get(value);
              if (!from) continue;
              const times = (sent.get(value) ?? 0) + 1;
              sent.set(value, times);
              const isAccount = from.question === 'user' || from.question === 'password';
              // What is no part of the account was asked for this form, or for the same words before the gateway had them
              const isOwn = asked.slice(before).includes(from.prompt) || 'failure' in from.prompt;
              expect(isAccount || isOwn).toBe(true);
              // The account's password goes into no other field than the one that it was given for
              const field = form.fields[index]?.name ?? '';
              if (from.question === 'password') expect(firstField.get(value) ?? field).toBe(field);
              firstField.set(value, field);
              if (from.question === 'password') expect(times).toBeLessThanOrEqual(1 + asked.filter((each) => 'failure' in each).length);
              else if (from.question !== 'user') expect(times).toBe(1);
            }
          } catch (error) {
            if (!(error instanceof StartAgain)) throw error;
            conversation.begin();
          }
        }
      }),
      // Of eleven fields, the first was taken for the account's password
      { numRuns: 300, examples: [[[login, manyFields(11), login, login, manyFields(1)]]] },
    );
  });
});

describe('the words', () => {
  it('words that reach a phone work in capitals, with any blanks, and with a number', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('push', 'phone', 'call', 'sms', 'text', 'auto'),
        fc.constantFrom('', ' ', '\t', '\u00A0', '\u3000', '\u200B'),
        fc.constantFrom('', '1', '2', '12'),
        fc.boolean(),
        (word, blank, number, isLarge) => {
          const typedText = `${blank}${isLarge ? word.toUpperCase() : word}${number}${blank}`;
          expect(phoneWord(typedText)).not.toBeNull();
          expect(mayReachPhone(`secret,${typedText}`)).toBe(true);
          expect(appendedWord(`secret;${typedText}`, { separator: ';', order: 'password-first' })).not.toBeNull();
        },
      ),
    );
  });

  it('words of a passcode do not reach a phone', () => {
    fc.assert(fc.property(fc.stringMatching(/^\d{4,12}$/), (code) => phoneWord(code) === null));
  });

  it.each([
    ['', 'Enter the verification code to reset your password', false],
    ['Old password:', 'Your password has expired', false],
    ['New PIN', 'Enter it', false],
    ['Confirm:', 'Again, please', false],
    ['新密码', '', true],
    ['', 'A sua palavra-passe expirou', true],
    ['密碼', '密碼必須變更', true],
    ['', '您的密码需要更新', true],
    ['', 'Your password will expire today. Please set a different password', true],
    ['', 'Your password will expire today. Type a replacement:', true],
    ['', 'Time to update your passphrase', true],
    ['', 'Please renew your account password', true],
    ['Password', 'Password change required. Error code 773', true],
    ['', 'Your passphrase has to be changed', true],
    ['', 'Atualize a sua senha', true],
    ['Password:', 'Please enter your password.', false],
    ['Response', 'Your password will expire in 3 days.', false],
  ])('a text asks for a new password: %j %j %s', (label, message, is) => {
    expect(asksNewPassword(label, message)).toBe(is);
  });

  it.each([
    'Your account is locked out.',
    'Account has been temporarily blocked',
    '您的帳號已被鎖定',
    '账户锁定',
    'A sua conta está bloqueada.',
  ])('a text says that the account is locked: %s', (text) => expect(saysLocked(text)).toBe(true));
  it.each([
    'Login failed. 2 tries left before your account is locked.',
    'Your account will be locked after 3 tries',
    '再錯一次帳號將被鎖定',
    'Login failed.',
  ])('a text does not say that the account is locked: %s', (text) => expect(saysLocked(text)).toBe(false));
  it.each([
    'Maximum number of sessions reached',
    'Too many concurrent logins',
    'Session limit exceeded',
    '登入數已達上限',
    'Limite de sessões atingido',
  ])('a text says that there are too many sessions: %s', (text) => expect(saysSessionLimit(text)).toBe(true));
  it.each(['Too many failed attempts', 'Your session has expired', 'Login failed.'])(
    'a text does not say that there are too many sessions: %s',
    (text) => expect(saysSessionLimit(text)).toBe(false),
  );
  it.each(['Login failed', '密碼錯誤', '验证码无效', 'Senha incorreta', 'Tente novamente'])('a text is a complaint: %s', (text) =>
    expect(complains(text)).toBe(true),
  );
  it.each(['Welcome back.', '歡迎', 'Bem-vindo', 'Enter 482913 in Duo Mobile'])('a text is only information: %s', (text) =>
    expect(complains(text)).toBe(false),
  );
  it.each(['Token code', '驗證碼', '动态密码', 'Código'])('a text asks for a code: %s', (text) => expect(saysCode(text)).toBe(true));
});
