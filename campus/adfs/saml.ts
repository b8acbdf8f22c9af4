import { randomBytes } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Now } from '../clock.ts';
import { OneTimeTokens } from '../one-time-tokens.ts';

/**
 * The two messages between gateway and identity provider, in SAML's format and bindings: the request deflated in the address,
 * the response by a form (SAML 2.0 bindings, sections 3.4 and 3.5).
 *
 * SAML's cryptography is left out. Nothing is signed: instead of a signed assertion, the response contains a one-time token,
 * which the gateway redeems at the identity provider. Both run in this process, so a signature would prove nothing new. A
 * client sees no difference: the addresses, forms and fields are the same, and a response that was used before, or is for
 * another request, is refused.
 */
export interface SamlRequest {
  readonly id: string;
  /** Where the response goes (assertion consumer service). */
  readonly consumer: string;
}

/** An ID as SAML wants it: not beginning with a digit. */
export const newRequestId = (): string => `_${randomBytes(16).toString('hex')}`;

/** The longest request that is read, in bytes after inflating. Ours are a tenth of it. */
const maxRequestBytes = 8 * 1024;

export function encodeRequest({ id, consumer }: SamlRequest): string {
  const xml =
    `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="${id}" Version="2.0"` +
    ` AssertionConsumerServiceURL="${consumer}" ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"/>`;
  return deflateRawSync(xml).toString('base64');
}

/** Null when it is not a request of this kind. */
export function decodeRequest(text: string): SamlRequest | null {
  let xml: string;
  try {
    xml = inflateRawSync(Buffer.from(text, 'base64'), { maxOutputLength: maxRequestBytes }).toString('utf8');
  } catch {
    return null; // not deflated, or too long
  }
  const id = / ID="(_[0-9a-f]{32})"/.exec(xml)?.[1];
  const consumer = / AssertionConsumerServiceURL="([^"]*)"/.exec(xml)?.[1];
  return xml.startsWith('<samlp:AuthnRequest ') && id !== undefined && consumer !== undefined ? { id, consumer } : null;
}

export interface SamlResponse {
  readonly inResponseTo: string;
  /** Stands in for the signed assertion. */
  readonly token: string;
}

export function encodeResponse({ inResponseTo, token }: SamlResponse): string {
  const xml =
    `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" InResponseTo="${inResponseTo}" Version="2.0">` +
    `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${token}"/></samlp:Response>`;
  return Buffer.from(xml).toString('base64');
}

/** Null when it is not a response of this kind. */
export function decodeResponse(text: string): SamlResponse | null {
  const xml = Buffer.from(text, 'base64').toString('utf8');
  const inResponseTo = / InResponseTo="(_[0-9a-f]{32})"/.exec(xml)?.[1];
  const [assertion = ''] = (xml.split('<saml:Assertion ')[1] ?? '').split('>');
  const token = / ID="([A-Za-z0-9_-]{1,100})"/.exec(assertion)?.[1];
  return inResponseTo !== undefined && token !== undefined ? { inResponseTo, token } : null;
}

/** How long a browser may take from the identity provider to the gateway. */
const assertionMs = 60_000;

/** The identity provider's assertions about people. Each is for one request, works once, and lasts a minute. */
export interface Assertions {
  mint(requestId: string, userId: string): string;
  /** The person, or null when the token is unknown, used, too old, or for another request. */
  redeem(response: SamlResponse): string | null;
}

export function createAssertions(now: Now): Assertions {
  const tokens = new OneTimeTokens<{ requestId: string; userId: string }>(now, assertionMs);
  return {
    mint: (requestId, userId) => tokens.mint({ requestId, userId }).token,
    redeem({ inResponseTo, token }) {
      const assertion = tokens.redeem(token);
      return assertion?.requestId === inResponseTo ? assertion.userId : null;
    },
  };
}
