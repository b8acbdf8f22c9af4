import * as fc from 'fast-check';
import { safeParse, type core } from 'zod';
import { describe, expect, it } from 'vitest';
import { clientMessageSchema, gatewayMessageSchema } from '../../../shared/access-protocol.ts';
import { accessStateSchema } from '../../../shared/access-state.ts';
import { appStateSchema } from '../../../shared/app-state.ts';
import { bridge, callChannel, callNames, eventChannel, eventNames, replySchema } from '../../../shared/bridge.ts';
import { CausewayError, fail, failureCodes, failureOf, failureSchema } from '../../../shared/failure.ts';
import { answerSchema, answersOf, fits, promptSchema } from '../../../shared/prompt.ts';
import {
  identitySchema,
  passcodeReplySchema,
  portalSignInSchema,
  recoveryErrorSchema,
  recoveryStateSchema,
  rolesReplySchema,
} from '../../../shared/recovery.ts';
import { preferencesSchema } from '../../../shared/settings.ts';
import { valuesOf } from '../../support/arbitrary.ts';

const schemas: Record<string, core.$ZodType> = {
  'client message': clientMessageSchema,
  'gateway message': gatewayMessageSchema,
  'prompt': promptSchema,
  'answer': answerSchema,
  'failure': failureSchema,
  'access state': accessStateSchema,
  'app state': appStateSchema,
  'recovery state': recoveryStateSchema,
  'recovery roles': rolesReplySchema,
  'recovery identity': identitySchema,
  'recovery passcode': passcodeReplySchema,
  'recovery error': recoveryErrorSchema,
  'portal sign-in': portalSignInSchema,
  'preferences': preferencesSchema,
  'reply': replySchema(preferencesSchema),
};
for (const name of callNames) {
  schemas[`${name} in`] = bridge.calls[name].in;
  schemas[`${name} out`] = bridge.calls[name].out;
}

describe('what crosses a wire', () => {
  it.each(Object.entries(schemas))('%s survives serializing and parsing', (_name, schema) => {
    fc.assert(
      fc.property(valuesOf(schema), (value) => {
        const crossed: unknown = value === undefined ? undefined : JSON.parse(JSON.stringify(value));
        expect(safeParse(schema, crossed)).toEqual({ success: true, data: value });
      }),
      { numRuns: 50 },
    );
  });

  it.each(Object.entries(schemas))('the parser of %s throws on no input', (_name, schema) => {
    const near = fc
      .tuple(valuesOf(schema), fc.jsonValue())
      .map(([value, junk]) => (typeof value === 'object' ? { ...value, kind: junk } : junk));
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), near), (value) => void safeParse(schema, value)),
      { numRuns: 30 },
    );
  });
});

describe('answers', () => {
  it('answers fit the prompts that they are listed for, and no others', () => {
    fc.assert(
      fc.property(valuesOf(promptSchema), valuesOf(answerSchema), (prompt, answer) => {
        const listed: readonly string[] = answersOf[prompt.kind];
        expect(fits(prompt, answer)).toBe(listed.includes(answer.kind));
      }),
    );
  });
});

describe('failures', () => {
  it('a failure keeps its code, whatever was thrown, within the bridge’s bounds', () => {
    fc.assert(
      fc.property(fc.constantFrom(...failureCodes), fc.string({ maxLength: 5000 }), fc.anything(), (code, detail, thrown) => {
        const error = fail(code, { host: 'x' }, { detail, cause: thrown });
        expect(failureOf(error)).toMatchObject({ code, params: { host: 'x' } });
        expect(safeParse(failureSchema, failureOf(error)).success).toBe(true);
        expect(safeParse(failureSchema, failureOf(thrown)).success).toBe(true);
        expect(safeParse(failureSchema, failureOf(new Error(detail))).success).toBe(true);
      }),
    );
  });

  it('the failure of an abort is a cancellation', () => {
    const abort = new AbortController();
    abort.abort();
    expect(failureOf(abort.signal.reason)).toEqual({ code: 'cancelled' });
    expect(failureOf(new CausewayError({ code: 'internal' }))).toEqual({ code: 'internal' });
  });
});

describe('the bridge', () => {
  it('every call and event of the bridge has its own channel', () => {
    const channels = [...callNames.map(callChannel), ...eventNames.map(eventChannel)];
    expect(new Set(channels).size).toBe(channels.length);
  });
});
