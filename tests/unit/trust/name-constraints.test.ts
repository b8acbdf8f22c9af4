import { describe, expect, it } from 'vitest';
import type { Trust } from '../../../shared/profile.ts';
import { Extension, issue, type Issued, type CertificateOptions } from '../../support/issuer.ts';
import { host, root, authority, presented, verifier, word } from '../../support/verifier-bench.ts';

describe('name constraints (RFC 5280, 4.2.1.10)', () => {
  const der = (tag: number, ...content: Uint8Array[]): Buffer => {
    const body = Buffer.concat(content);
    return Buffer.concat([Buffer.from(body.length < 128 ? [tag, body.length] : [tag, 0x82, body.length >> 8, body.length & 255]), body]);
  };
  const dnsName = (name: string): Buffer => der(0x82, Buffer.from(name));
  const ipRange = (...bytes: number[]): Buffer => der(0x87, Buffer.from(bytes));
  /** A directory name of one organisation (2.5.4.10), as a PrintableString. */
  const organisation = (name: string): Buffer =>
    der(0xa4, der(0x30, der(0x31, der(0x30, Buffer.from('060355040a', 'hex'), der(0x13, Buffer.from(name))))));
  const constraints = (permitted: Buffer[], excluded: Buffer[] = [], critical = true): Extension => {
    const list = (tag: number, bases: Buffer[]): Buffer[] => (bases.length > 0 ? [der(tag, ...bases.map((base) => der(0x30, base)))] : []);
    return new Extension('2.5.29.30', critical, Uint8Array.from(der(0x30, ...list(0xa0, permitted), ...list(0xa1, excluded))));
  };
  /** What a verifier that knows an authority with these constraints says, the authority being the anchor or one below it. */
  const verdicts = async (extension: Extension, wishes: CertificateOptions, asked = host): Promise<string[]> => {
    const anchor = await issue(null, { name: 'CN=Bound', authority: {}, extensions: [extension] });
    const below = await issue(root, { name: 'CN=Bound', authority: {}, extensions: [extension] });
    const says = async (trust: Trust, by: Issued, chain: Issued[]) =>
      word(verifier(trust)({ ...presented([await issue(by, wishes), ...chain]), host: asked }));
    return [await says({ kind: 'authority', pem: anchor.pem }, anchor, []), await says(authority(), below, [below])];
  };
  const yes = ['accept', 'accept'];
  const no = ['certificate-untrusted', 'certificate-untrusted'];

  const cases: readonly (readonly [what: string, Extension, CertificateOptions, asked: string, expected: string[]])[] = [
    ['a name in the tree', constraints([dnsName('campus.test')]), { dns: [host] }, host, yes],
    ['the name itself', constraints([dnsName(host)]), { dns: [host] }, host, yes],
    ['in other letters', constraints([dnsName('CAMPUS.test')]), { dns: [host] }, host, yes],
    ['a tree that is all of them', constraints([dnsName('')]), { dns: [host] }, host, yes],
    ['a wildcard in the tree', constraints([dnsName('campus.test')]), { dns: ['*.campus.test'] }, host, yes],
    ['not critical', constraints([dnsName('other.test')], [], false), { dns: [host] }, host, no],
    ['another tree', constraints([dnsName('other.test')]), { dns: [host] }, host, no],
    ['a name that only ends alike', constraints([dnsName('pus.test')]), { dns: [host] }, host, no],
    ['one of two', constraints([dnsName('other.test'), dnsName('campus.test')]), { dns: [host] }, host, yes],
    ['a second name outside', constraints([dnsName('campus.test')]), { dns: [host, 'bank.test'] }, host, no],
    ['a name in the subject only', constraints([dnsName('other.test')]), { name: `CN=${host}` }, host, no],
    ['excluded', constraints([], [dnsName('vpn.campus.test')]), { dns: [host] }, host, no],
    ['excluded, under a wildcard', constraints([], [dnsName('vpn.campus.test')]), { dns: ['*.campus.test'] }, host, no],
    ['excluded elsewhere', constraints([], [dnsName('other.test')]), { dns: [host] }, host, yes],
    ['excluded within permitted', constraints([dnsName('campus.test')], [dnsName('vpn.campus.test')]), { dns: [host] }, host, no],
    ['addresses only: a name is free', constraints([ipRange(10, 0, 0, 0, 255, 0, 0, 0)]), { dns: [host] }, host, yes],
    ['an address in the range', constraints([ipRange(10, 0, 0, 0, 255, 0, 0, 0)]), { ip: ['10.1.2.3'] }, '10.1.2.3', yes],
    ['an address outside', constraints([ipRange(10, 0, 0, 0, 255, 0, 0, 0)]), { ip: ['192.0.2.1'] }, '192.0.2.1', no],
    ['an excluded address', constraints([], [ipRange(10, 1, 0, 0, 255, 255, 0, 0)]), { ip: ['10.1.2.3'] }, '10.1.2.3', no],
    [
      'an IPv6 address in the range',
      constraints([ipRange(0x20, 1, 0xd, 0xb8, ...Array<number>(12).fill(0), 255, 255, 255, 255, ...Array<number>(12).fill(0))]),
      { ip: ['2001:db8::7'] },
      '2001:db8::7',
      yes,
    ],
    ['a range that is none', constraints([ipRange(10, 0, 0)]), { ip: ['10.1.2.3'] }, '10.1.2.3', no],
    ['an organisation', constraints([organisation('Campus')]), { dns: [host], name: `O=Campus, CN=${host}` }, host, yes],
    ['the same in other letters', constraints([organisation('CAMPUS')]), { dns: [host], name: `O=Campus, CN=${host}` }, host, yes],
    ['another organisation', constraints([organisation('Bank')]), { dns: [host], name: `O=Campus, CN=${host}` }, host, no],
    ['a constraint that says nothing', new Extension('2.5.29.30', false, Uint8Array.from([0x30, 0x00])), { dns: [host] }, host, no],
    [
      'a subtree with a limit',
      new Extension(
        '2.5.29.30',
        true,
        Uint8Array.from(der(0x30, der(0xa0, der(0x30, dnsName('campus.test'), der(0x80, Buffer.from([1])))))),
      ),
      { dns: [host] },
      host,
      no,
    ],
    ['bytes that are none', new Extension('2.5.29.30', true, Uint8Array.from([0x04, 0x02, 1, 2])), { dns: [host] }, host, no],
  ];
  it.each(cases)('name constraints are respected: %s', async (_what, extension, wishes, asked, expected) => {
    expect(await verdicts(extension, wishes, asked)).toEqual(expected);
  });

  it('an anchor with an unknown critical extension vouches for nothing', async () => {
    const unknown = new Extension('1.3.6.1.4.1.99999.1', true, Uint8Array.from([0x05, 0x00]));
    expect(await verdicts(unknown, { dns: [host] })).toEqual(no);
  });
});
