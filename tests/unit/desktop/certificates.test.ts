import { beforeAll, expect, it } from 'vitest';
import {
  chainOf,
  decide,
  verifyCode,
  type PresentedCertificate,
  type VerifyRequest,
} from '../../../electron/desktop/pages/certificates.ts';
import { createVerifier, type Presented, type Verdict } from '../../../electron/trust/verifier.ts';
import { issue, type Issued } from '../../support/issuer.ts';

const host = '2fa.campus.test';
let root: Issued;
let leaf: Issued;

beforeAll(async () => {
  root = await issue(null, { name: 'CN=Campus Root', authority: {} });
  leaf = await issue(root, { dns: [host] });
});

/** A chain as Electron hands it over: each certificate holds its issuer, the last one none. */
function chain(...certificates: { pem: string }[]): PresentedCertificate {
  const [first, ...rest] = certificates;
  return { data: first?.pem ?? '', ...(rest.length > 0 && { issuerCert: chain(...rest) }) };
}
const request = (certificate: PresentedCertificate, errorCode: number): VerifyRequest => ({ hostname: host, certificate, errorCode });
const saying = (verdict: Verdict) => (): Verdict => verdict;

it('Chromium’s certificate check passes host, chain and the system’s verdict to the verifier', () => {
  const seen: Presented[] = [];
  decide(request(chain(leaf, root), -202), (presented) => {
    seen.push(presented);
    return { kind: 'accept' };
  });
  expect(
    seen.map(({ host: name, systemTrusts, chain: certificates }) => [name, systemTrusts, certificates.map(({ subject }) => subject)]),
  ).toEqual([[host, false, [`CN=${host}`, 'CN=Campus Root']]]);
});

it('Chromium’s verdict is kept if the system trusts too, and overruled only to accept what the profile vouches for', () => {
  expect(decide(request(chain(leaf), 0), saying({ kind: 'accept' })).code).toBe(verifyCode.chromiumDecides);
  expect(decide(request(chain(leaf), -202), saying({ kind: 'accept' })).code).toBe(verifyCode.accept);
});

it('a certificate that the verifier refuses or would ask about is refused, even if the system trusts it', () => {
  const failure = { code: 'certificate-changed' } as const;
  expect(decide(request(chain(leaf), 0), saying({ kind: 'refuse', failure }))).toEqual({ code: verifyCode.refuse, failure });
  expect(decide(request(chain(leaf), -202), saying({ kind: 'ask', failure }))).toEqual({ code: verifyCode.refuse, failure });
});

it('a certificate that cannot be read is refused without asking the verifier', () => {
  const verifier = (): Verdict => {
    throw new Error('asked');
  };
  expect(decide(request(chain({ pem: 'nonsense' }), 0), verifier)).toMatchObject({
    code: verifyCode.refuse,
    failure: { code: 'certificate-untrusted' },
  });
});

it('a chain whose last certificate is its own issuer is read once', () => {
  const loop: PresentedCertificate = { data: root.pem };
  loop.issuerCert = loop;
  expect(chainOf({ data: leaf.pem, issuerCert: loop }).map(({ subject }) => subject)).toEqual([`CN=${host}`, 'CN=Campus Root']);
});

it('the real verifier accepts the campus’s own authority and refuses another', async () => {
  const verifier = createVerifier({ trust: { kind: 'authority', pem: root.pem }, now: Date.now });
  const stranger = await issue(await issue(null, { name: 'CN=Another Root', authority: {} }), { dns: [host] });
  expect(decide(request(chain(leaf, root), -202), verifier).code).toBe(verifyCode.accept);
  expect(decide(request(chain(stranger), -202), verifier).code).toBe(verifyCode.refuse);
  expect(decide({ ...request(chain(leaf, root), -200), hostname: 'other.test' }, verifier).failure?.code).toBe('certificate-wrong-host');
});
