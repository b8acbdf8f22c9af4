import { createGuardrails, generateSync } from 'otplib';
import { fail } from '../../../shared/failure.ts';

/** A key for time-based codes (RFC 6238), ready to make them. */
export interface CodesKey {
  /** The code at an instant, epoch milliseconds. */
  codeAt(instant: number): string;
  /** How long each code is valid. */
  readonly periodMs: number;
}

/** Shorter than the RFC recommends, but many campuses hand out such keys. */
const guardrails = createGuardrails({ MIN_SECRET_BYTES: 5 });
const algorithms = ['sha1', 'sha256', 'sha512'] as const;

/** Reads `otpauth://totp/…` or a bare base32 key. Throws `codes-key-invalid` at once, not at the first sign-in. */
export function readCodesKey(text: string): CodesKey {
  const { secret, digits, period, algorithm } = partsOf(text.trim());
  const codeAt = (instant: number): string =>
    generateSync({ secret, digits, period, algorithm, epoch: Math.floor(instant / 1000), guardrails });
  try {
    codeAt(0);
  } catch (cause) {
    // otplib's message may quote the key
    throw fail('codes-key-invalid', undefined, { detail: cause instanceof Error ? cause.name : 'unreadable' });
  }
  return { codeAt, periodMs: period * 1000 };
}

function partsOf(text: string) {
  if (!/^otpauth:/i.test(text)) return { secret: base32(text), digits: 6 as const, period: 30, algorithm: 'sha1' as const };
  const uri = URL.canParse(text) ? new URL(text) : null;
  const digits = Number(uri?.searchParams.get('digits') ?? 6);
  const period = Number(uri?.searchParams.get('period') ?? 30);
  const algorithm = algorithms.find((each) => each === (uri?.searchParams.get('algorithm') ?? 'SHA1').toLowerCase());
  const hostOf = uri?.host === '' ? uri.pathname.split('/')[2] : uri?.host;
  if (hostOf?.toLowerCase() !== 'totp' || !algorithm || (digits !== 6 && digits !== 7 && digits !== 8) || !(period >= 5 && period <= 300))
    throw fail('codes-key-invalid', undefined, { detail: 'not an otpauth://totp address' });
  return { secret: base32(uri?.searchParams.get('secret') ?? ''), digits, period, algorithm };
}

/** Reads a key as people paste it: in groups, in lower case, with padding. */
function base32(text: string): string {
  const key = text
    .replaceAll(/[\s-]/g, '')
    .replace(/(?<!=)=+$/, '')
    .toUpperCase();
  if (!/^[A-Z2-7]{8,256}$/.test(key)) throw fail('codes-key-invalid', undefined, { detail: 'the key is not base32' });
  return key;
}
