import * as fc from 'fast-check';
import { isIP } from 'node:net';
import { expect, test } from 'vitest';
import { Conversation, StartAgain } from '../../electron/gateways/openconnect/conversation/conversation.ts';
import { openconnectDriver } from '../../electron/gateways/openconnect/driver.ts';
import { fieldType, fromWorkerSchema, ocFormSchema, type OcForm } from '../../electron/gateways/openconnect/process/messages.ts';
import type { Ask } from '../../electron/gateways/gateway.ts';
import { CausewayError } from '../../shared/failure.ts';
import { profileSchema, type Profile } from '../../shared/profile.ts';
import { answerSchema, fits, promptSchema, type Answer, type Prompt } from '../../shared/prompt.ts';
import { valuesOf } from '../support/arbitrary.ts';

/** How many forms and messages: the same ones each time in `npm test`, so that how many lead to a session does not vary. The long run tries more, and others. */
const runs = process.env['CAUSEWAY_LONG'] === undefined ? { numRuns: 2_000, seed: 20_261_130 } : { numRuns: 100_000 };
const { numRuns } = runs;

/** Words by which forms are recognized, so that random forms get through. */
const words = fc.constantFrom(
  ...[
    'username',
    'password',
    'secondary_password',
    'otp',
    'realm',
    'newpass',
    'oldpass',
    'group_list',
    'Passcode:',
    'New password',
    '__proto__',
  ],
  ...[
    '1. Duo Push to XXX',
    'Login failed.',
    'main',
    '_challenge',
    'pulse_secondary',
    'frmDefender',
    'openconnect_pem',
    '\u202Eevil',
    'a\nb\0c',
    '',
  ],
);
const text = fc.oneof(
  { weight: 3, arbitrary: words },
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('x'.repeat(300), '\u202E'.repeat(20_000), '7. '.repeat(5_000)),
);
const field = fc.record(
  {
    type: fc.constantFrom(...Object.values(fieldType)),
    name: text,
    label: text,
    value: text,
    ignored: fc.boolean(),
    choices: fc.array(fc.record({ name: text, label: text }, { noNullPrototype: true }), { maxLength: 101, size: '-1' }),
  },
  { requiredKeys: ['type', 'name', 'ignored'], noNullPrototype: true },
);
const forms: fc.Arbitrary<OcForm> = fc
  .record(
    {
      id: text,
      banner: text,
      message: text,
      error: text,
      fields: fc.oneof(
        { weight: 9, arbitrary: fc.array(field, { maxLength: 6 }) },
        fc.array(field, { minLength: 28, maxLength: 34, size: '-1' }),
      ),
      group: fc.option(
        fc.record({ index: fc.integer({ min: -1, max: 7 }), selection: fc.integer({ min: -1, max: 7 }) }, { noNullPrototype: true }),
      ),
      oversized: fc.constant(false),
    },
    { requiredKeys: ['id', 'fields', 'group', 'oversized'], noNullPrototype: true },
  )
  .map(({ fields, ...rest }) => ({ ...rest, fields: fields.map((each, index) => ({ ...each, index })) }));

/** An answer to a prompt, sensible or not. Null: the person cancels. */
function answerTo(prompt: Prompt, wild: Answer, whim: number): Answer | null {
  if (whim % 11 === 0) return null;
  if (whim % 7 === 0 && fits(prompt, wild)) return wild;
  const values = (): Record<string, string> => {
    if (prompt.kind !== 'credentials' && prompt.kind !== 'fields') return {};
    return Object.fromEntries([
      ...prompt.fields.map(({ name }): [string, string] => [name, `typed ${whim}`]),
      ...prompt.selects.map(({ name, options }): [string, string] => [name, options[whim % options.length]?.value ?? '']),
    ]);
  };
  switch (prompt.kind) {
    case 'notice':
      return { kind: 'notice', proceed: true };
    case 'credentials':
      return { kind: 'credentials', values: values() };
    case 'fields':
      return { kind: 'fields', values: values() };
    case 'choice':
      return { kind: 'choice', option: prompt.options[whim % prompt.options.length]?.id ?? '' };
    case 'passcode':
      return { kind: 'passcode', passcode: '123456' };
    case 'second-factor': {
      const device = prompt.devices[whim % Math.max(1, prompt.devices.length)];
      return whim % 2 === 0 || !device
        ? { kind: 'second-factor-passcode', passcode: '1' }
        : { kind: 'second-factor', method: 'push', device: device.id };
    }
    case 'push':
    case 'waiting':
    case 'certificate':
    case 'browser':
    case 'client-certificate':
    case 'proxy':
      return null;
  }
}

const { protocol: protocols, secondFactor } = profileSchema.shape;
const plainProfile = {
  version: 1 as const,
  id: 'fuzz',
  name: 'Fuzz',
  gateways: ['vpn.campus.test'],
  tunnel: 'app' as const,
  labels: { userId: 'User ID', password: 'Password' },
  portal: { address: 'https://portal.campus.test/', hosts: ['portal.campus.test'], pages: 'other' as const },
  trust: { kind: 'system' as const },
};
const profiles: fc.Arbitrary<Profile> = fc
  .record(
    {
      protocol: valuesOf(protocols),
      secondFactor: valuesOf(secondFactor.def.innerType),
      realm: fc.constantFrom('group_list', 'Students'),
    },
    { requiredKeys: ['protocol'], noNullPrototype: true },
  )
  .map((some) => ({ ...plainProfile, ...some }));
const wildAnswers = valuesOf(answerSchema);

test('any forms in any order lead to a bounded question, values for fields that exist, or a catalogued failure', async () => {
  let replies = 0;
  await fc.assert(
    fc.asyncProperty(
      profiles,
      fc.array(forms, { minLength: 1, maxLength: 4 }),
      wildAnswers,
      fc.nat(),
      async (profile, series, wild, whim) => {
        let turn = whim;
        const conversation = new Conversation(
          {
            host: 'vpn.campus.test',
            port: 443,
            profile,
            verifier: () => ({ kind: 'accept' }),
            now: () => turn * 1_000,
            client: { name: 'fuzz', version: '0', installation: 'x' },
          },
          async (prompt) => {
            // No invisible text, and nothing beyond the bounds
            expect(promptSchema.parse(prompt)).toEqual(prompt);
            turn += 1;
            const answer = answerTo(prompt, wild, turn);
            if (!answer) throw new CausewayError({ code: 'cancelled' });
            return answer;
          },
          new AbortController().signal,
        );
        for (const form of series) {
          const parsed = ocFormSchema.safeParse(form);
          if (!parsed.success) continue;
          try {
            const { answer } = await conversation.reply(parsed.data);
            replies += 1;
            for (const { index } of answer.values) {
              const asked = form.fields[index];
              expect(asked).toMatchObject({ ignored: false });
              expect([fieldType.hidden, fieldType.ssoToken, fieldType.ssoUser]).not.toContain(asked?.type);
            }
          } catch (error) {
            if (error instanceof StartAgain) conversation.begin();
            else if (error instanceof CausewayError) return;
            else throw error;
          }
        }
      },
    ),
    runs,
  );
  // The property only means something if forms get through
  expect(replies).toBeGreaterThan(numRuns / 4);
});

/** What a compromised worker might send: valid messages, mutated ones, and garbage. */
const workerMessage: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: valuesOf(fromWorkerSchema).map((message) => ('attempt' in message ? { ...message, attempt: 1 } : message)) },
  {
    weight: 4,
    arbitrary: fc.record(
      {
        type: fc.constant('done' as const),
        attempt: fc.constant(1),
        result: fc.constant(0),
        excess: fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, fc.constantFrom('certificate', 'page', 'cookie', 'connectUrl')),
        cookie: fc.option(
          fc.oneof(
            { weight: 3, arbitrary: fc.constant('webvpn=abc') },
            fc.constantFrom('a\nb', '', 'x'.repeat(5_000)),
            fc.string({ unit: 'binary' }),
          ),
        ),
        connectUrl: fc.option(
          fc.constantFrom(
            'https://vpn.campus.test/',
            'https://[2001:db8::1]:8443/',
            'http://vpn.campus.test/',
            'https://',
            'file:///etc/passwd',
            '-x',
          ),
        ),
        serverPin: fc.option(fc.constantFrom(`pin-sha256:${'A'.repeat(43)}=`, 'pin-sha256:', 'sha1:00', '--script=x')),
        address: fc.option(fc.constantFrom('192.0.2.1', '[2001:db8::1]', '--x', '')),
        urlPath: fc.constant(null),
      },
      { noNullPrototype: true },
    ),
  },
  fc.anything(),
);

test('any messages from a worker lead to a session that a tunnel can use, or a catalogued failure', async () => {
  let sessions = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(workerMessage, { maxLength: 4 }), wildAnswers, async (words, wild) => {
      let say: (message: unknown) => void = () => undefined;
      let leave: (code: number) => void = () => undefined;
      const driver = openconnectDriver({
        startWorker: () => ({
          pid: undefined,
          post: (message) => {
            if (!(typeof message === 'object' && message !== null && 'type' in message && message.type === 'sign-in')) return;
            setImmediate(() => {
              for (const word of words) say(word);
              setImmediate(() => leave(1));
            });
          },
          onMessage: (listener) => (say = listener),
          exited: new Promise((resolve) => (leave = resolve)),
          kill: () => leave(1),
        }),
        library: { path: null },
        log: () => undefined,
      });
      const person: Ask = async (prompt) => {
        const answer = answerTo(prompt, wild, 1);
        if (!answer) throw new CausewayError({ code: 'cancelled' });
        return answer;
      };
      const target = {
        host: 'vpn.campus.test',
        port: 443,
        verifier: () => ({ kind: 'accept' as const }),
        now: () => 0,
        client: { name: 'fuzz', version: '0', installation: 'x' },
        profile: profileSchema.parse({ ...plainProfile, protocol: 'anyconnect' }),
      };
      try {
        const { grant } = await driver.signIn(target, person, new AbortController().signal);
        sessions += 1;
        if (grant.kind !== 'openconnect') throw new Error('another kind of grant');
        expect(grant.cookie).toMatch(/^[^\r\n\0]{1,4096}$/);
        expect(grant.serverPin).toMatch(/^pin-sha256:[A-Za-z0-9+/]{43}=$/);
        expect(new URL(grant.connectUrl).protocol).toBe('https:');
        expect(grant.address ?? '192.0.2.1').toSatisfy((address: string) => isIP(address) > 0);
      } catch (error) {
        if (!(error instanceof CausewayError)) throw error;
        expect(error.failure.code).not.toBe('internal');
      } finally {
        driver.stop();
      }
    }),
    runs,
  );
  expect(sessions).toBeGreaterThan(numRuns / 200);
});
