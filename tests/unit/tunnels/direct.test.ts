import type { LookupFunction } from 'node:net';
import { describe, expect, test } from 'vitest';
import { directDial } from '../../../electron/tunnels/direct.ts';
import { readProfile } from '../../../shared/profile.ts';

/** No name is known, so nothing is ever connected. What is not allowed is not even looked up. */
const asked: string[] = [];
const resolve: LookupFunction = (name, _options, done) => {
  asked.push(name);
  done(Object.assign(new Error('unknown'), { code: 'ENOTFOUND' }), '', 4);
};
const dialOn = (pages: 'other' | 'causeway.portal.v1') =>
  directDial(
    readProfile(
      JSON.stringify({
        version: 1,
        id: 'campus',
        name: 'Campus',
        gateways: ['vpn.campus.test'],
        portal: { address: 'https://2fa.campus.test/', hosts: ['2fa.campus.test'], pages },
      }),
    ).profile,
    resolve,
  );
const outcome = async (pages: 'other' | 'causeway.portal.v1', host: string, port = 443): Promise<unknown> => {
  asked.length = 0;
  const { signal } = new AbortController();
  return dialOn(pages)(host, port, signal).then(
    () => 'connected',
    (error: unknown) => (error instanceof Error && 'failure' in error ? [error.failure, [...asked]] : error),
  );
};

const duo = 'api-1a2b3c4d.duosecurity.com';

describe('on campus, without a tunnel', () => {
  test.each([
    ['the portal’s host', 'other', '2fa.campus.test'],
    ['Duo’s host, for a portal of the campus’s own', 'other', duo],
  ] as const)('on campus, %s is looked up', async (_what, pages, host) => {
    expect(await outcome(pages, host)).toMatchObject([{ code: 'host-name-unknown' }, [host]]);
  });

  test.each([
    ['another host of the campus', 'other', 'www.campus.test', 443],
    ['Duo’s host, for our own portal', 'causeway.portal.v1', duo, 443],
    ['another port of Duo’s host', 'other', duo, 22],
    ['another host of Duo’s', 'other', 'admin.duosecurity.com', 443],
    ['a lookalike of Duo’s host', 'other', `${duo}.evil.example`, 443],
    ['the pattern itself', 'other', 'api-*.duosecurity.com', 443],
  ] as const)('on campus, %s is refused', async (_what, pages, host, port) => {
    expect(await outcome(pages, host, port)).toMatchObject([{ code: 'host-not-allowed' }, []]);
  });
});
