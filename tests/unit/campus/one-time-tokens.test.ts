import { expect, test } from 'vitest';
import { createAssertions } from '../../../campus/adfs/saml.ts';
import { createDuoExchange } from '../../../campus/duo/exchange.ts';
import { OneTimeTokens } from '../../../campus/one-time-tokens.ts';

test('a token stands for its value once, and only until it is too old', () => {
  const clock = { at: 0 };
  const tokens = new OneTimeTokens<string>(() => clock.at, 1000);
  const first = tokens.mint('first');
  expect(first.expiresAt).toBe(1000);
  expect(tokens.redeem(`${first.token}x`)).toBeNull();
  expect(tokens.redeem(first.token)).toBe('first');
  expect(tokens.redeem(first.token)).toBeNull();
  const late = tokens.mint('late').token;
  clock.at = 1000;
  expect(tokens.redeem(late)).toBeNull();
});

test('an answer of Duo’s can be used once, for one request', () => {
  const exchange = createDuoExchange(() => 0, 'https://duo.campus.test');
  const returnTo = new URL('https://login.campus.test/adfs/ls/duo');
  const answer = (state: string) => {
    const request = exchange.take(exchange.start({ userId: 'mei.chan', returnTo, state }).searchParams.get('tx') ?? '');
    if (!request) throw new Error('the request is unknown');
    return exchange.finish(request).searchParams;
  };
  const first = answer('first');
  expect(first.get('state')).toBe('first');
  expect(exchange.redeem(first.get('duo_code') ?? '', 'first')).toBe('mei.chan');
  expect(exchange.redeem(first.get('duo_code') ?? '', 'first')).toBeNull();
  expect(exchange.redeem(answer('second').get('duo_code') ?? '', 'first')).toBeNull();
});

test('an assertion can be used once, for one request', () => {
  const assertions = createAssertions(() => 0);
  const token = assertions.mint('_a', 'mei.chan');
  expect(assertions.redeem({ inResponseTo: '_a', token })).toBe('mei.chan');
  expect(assertions.redeem({ inResponseTo: '_a', token })).toBeNull();
  expect(assertions.redeem({ inResponseTo: '_b', token: assertions.mint('_a', 'mei.chan') })).toBeNull();
});
