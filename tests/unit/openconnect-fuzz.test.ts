import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Conversation, StartAgain } from '../../electron/gateways/openconnect/conversation.ts';
import { fieldType, ocFormSchema, type OcForm } from '../../electron/gateways/openconnect/messages.ts';
import { CausewayError } from '../../shared/failure.ts';
import { profileSchema, type Profile } from '../../shared/profile.ts';
import { answerSchema, fits, promptSchema, type Answer, type Prompt } from '../../shared/prompt.ts';
import { valuesOf } from './support/arbitrary.ts';

/** Forms in all: `npm test` has time for so many, the long run for more. */
const numRuns = process.env['CAUSEWAY_LONG'] === undefined ? 2_000 : 100_000;

/** Words that forms are recognised by, so that chance finds the ways through. */
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

/** An answer to a prompt, sensible or not; null: the person leaves. */
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
    case 'certificate':
    case 'browser':
    case 'client-certificate':
    case 'proxy':
      return null;
  }
}

const { protocol: protocols, secondFactor } = profileSchema.shape;
const profiles: fc.Arbitrary<Profile> = fc.record(
  {
    protocol: valuesOf(protocols),
    secondFactor: valuesOf(secondFactor.def.innerType),
    realm: fc.constantFrom('group_list', 'Students'),
    version: fc.constant(1 as const),
    id: fc.constant('fuzz'),
    name: fc.constant('Fuzz'),
    gateways: fc.constant(['vpn.campus.test']),
    tunnel: fc.constant('app' as const),
    labels: fc.constant({ userId: 'User ID', password: 'Password' }),
    portal: fc.constant({ address: 'https://portal.campus.test/', hosts: ['portal.campus.test'], pages: 'other' as const }),
    trust: fc.constant({ kind: 'system' as const }),
  },
  { requiredKeys: ['protocol', 'version', 'id', 'name', 'gateways', 'tunnel', 'labels', 'portal', 'trust'], noNullPrototype: true },
);
const wildAnswers = valuesOf(answerSchema);

test('whatever forms come, in whatever order: a question within bounds, values for fields that are there, or a catalogued end', async () => {
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
            judge: () => ({ kind: 'accept' }),
            now: () => turn * 1_000,
            client: { name: 'fuzz', version: '0', installation: 'x' },
          },
          async (prompt) => {
            // Nothing that a person could not see, nothing out of bounds
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
    { numRuns },
  );
  // The property is worth something only where forms get through
  expect(replies).toBeGreaterThan(numRuns / 4);
});
