import { expect, test } from 'vitest';
import { meansSilence, streamFailure } from '../../../electron/tunnels/openconnect/stream-failure.ts';
import { streamError } from '../../../electron/net/stream-error.ts';
import { fail } from '../../../shared/failure.ts';
import { en } from '../../../shared/messages/en.ts';

const target = { host: 'page.campus.test', port: 443, hasNameServers: true };

test.each([
  ['ECONNREFUSED', 'host-unreachable'],
  ['ECONNRESET', 'host-unreachable'],
  ['ETIMEDOUT', 'host-unreachable'],
  ['EHOSTUNREACH', 'host-unreachable'],
  ['EADDRNOTAVAIL', 'host-unreachable'],
  ['ENOTFOUND', 'host-name-unknown'],
  ['EAI_AGAIN', 'names-silent'],
  ['EPERM', 'host-not-allowed'],
  ['EACCES', 'tunnel-down'],
  ['EMFILE', 'streams-full'],
  ['ENETDOWN', 'tunnel-down'],
  ['EPIPE', 'tunnel-down'],
] as const)('a stream that did not open because of %s fails with %s, and the detail keeps the reason', (code, expected) => {
  const { failure } = streamFailure(streamError(code, 'the reason'), target);
  expect(failure).toEqual({ code: expected, params: { host: 'page.campus.test', port: 443 }, detail: 'the reason' });
});

test('an IPv6 address that the tunnel cannot carry, and a gateway without name servers, have sentences of their own', () => {
  const noAddress = streamError('EADDRNOTAVAIL', 'no way');
  for (const host of ['2001:db8::1', '[2001:db8::1]']) expect(streamFailure(noAddress, { ...target, host }).failure.code).toBe('host-ipv6');
  const nobody = streamFailure(streamError('EAI_AGAIN', 'none'), { ...target, hasNameServers: false });
  expect(nobody.failure.code).toBe('names-none');
  for (const code of ['names-none', 'names-silent', 'streams-full', 'host-ipv6'] as const)
    expect(en.failures[code].happened).toContain('{host}');
});

test('a stream’s failure keeps its code, an abort is cancelled, and anything unknown is the tunnel’s', () => {
  const known = fail('host-not-allowed', { host: 'x' });
  expect(streamFailure(known, target)).toBe(known);
  expect(streamFailure(new DOMException('stop', 'AbortError'), target).failure.code).toBe('cancelled');
  for (const odd of [new Error('odd'), 'odd', null]) expect(streamFailure(odd, target).failure.code).toBe('tunnel-down');
});

test('only errors after which nothing came back cast doubt on the link', () => {
  const silent = ['ETIMEDOUT', 'EAI_AGAIN', 'ECONNREFUSED', 'ENOTFOUND', 'EMFILE'].filter((code) => meansSilence(streamError(code, '')));
  expect(silent).toEqual(['ETIMEDOUT', 'EAI_AGAIN']);
  expect([meansSilence(new Error('ETIMEDOUT')), meansSilence('ETIMEDOUT')]).toEqual([false, false]);
});
