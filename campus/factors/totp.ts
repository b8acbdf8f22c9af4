import { generateSecret, generateSync, generateURI, verifySync } from 'otplib';

/** Time-based codes (RFC 6238) as in every authenticator app: 6 digits, 30 s, SHA-1. */
const periodMs = 30_000;
/** Accepts a code one step early or late, since a phone's clock is rarely exact. */
const toleranceSeconds = 30;
const codePattern = /^\d{6}$/;

/** A new key, base32, 160 bits. */
export const newKey = (): string => generateSecret();

/** The code that a phone shows at a given time. */
export const codeAt = (key: string, instant: number): string => generateSync({ secret: key, epoch: Math.floor(instant / 1000) });

/** When the next code starts. */
export const nextCodeAt = (instant: number): number => (Math.floor(instant / periodMs) + 1) * periodMs;

/** The time step (30 s since 1970) of a code, or null if it is not a current code of this key. */
export function stepOfCode(key: string, code: string, instant: number): number | null {
  if (!codePattern.test(code)) return null;
  const result = verifySync({ secret: key, token: code, epoch: Math.floor(instant / 1000), epochTolerance: toleranceSeconds });
  return result.valid && 'timeStep' in result ? result.timeStep : null;
}

/** A standard `otpauth://` URI with our activation code as an extra parameter, which other apps ignore. */
export function enrolmentUri(account: { issuer: string; userId: string; key: string; activationCode: string }): string {
  const uri = generateURI({ issuer: account.issuer, label: account.userId, secret: account.key });
  return `${uri}&${activationParameter}=${encodeURIComponent(account.activationCode)}`;
}

const activationParameter = 'activation';

/** Finds the activation code in what a person pasted or a camera read: the code itself, or the URI of a QR code. Null if it is neither. */
export function activationCodeIn(text: string): string | null {
  const trimmed = text.trim();
  if (!trimmed.toLowerCase().startsWith('otpauth:')) return trimmed;
  return URL.canParse(trimmed) ? new URL(trimmed).searchParams.get(activationParameter) : null;
}
