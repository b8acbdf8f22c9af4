import type { KeyObject } from 'node:crypto';
import { CausewayError, fail } from '../../shared/failure.ts';
import type { UpdateChannel } from '../../shared/updates.ts';
import { httpsJson, type RouteThroughProxy } from '../net/https.ts';
import type { CertificateVerifier } from '../trust/verifier.ts';
import { openEnvelope } from './envelope.ts';
import { maxMetadataBytes, type Metadata } from './metadata.ts';

/** How long a server may take to send its metadata. */
const fetchTimeoutMs = 20_000;
/** A clock may be this much behind before a signature from the future is a reason to doubt it. */
const clockLeewayMs = 24 * 60 * 60 * 1000;

export interface FeedDeps {
  /** The public keys that are built in. */
  keys: readonly KeyObject[];
  verifier: CertificateVerifier;
  routeThroughProxy?: RouteThroughProxy | undefined;
  now: () => number;
  /** For tests. */
  timeoutMs?: number;
}

export interface FeedPlace {
  /** The https address of a folder, without a slash at its end. */
  feed: string;
  channel: UpdateChannel;
  /** The highest counter of this channel that was seen. */
  counter: number;
}

/** The address of a file beside the metadata. */
export function addressIn(feed: string, name: string): string {
  let end = feed.length;
  while (feed[end - 1] === '/') end--;
  return `${feed.slice(0, end)}/${name}`;
}

/**
 * Fetches the metadata of a channel and checks it: signature, shape, channel, dates and counter. Follows no redirect.
 *
 * Fails with `update-unreachable`, `update-untrusted`, `update-invalid`, `update-clock` (this computer's clock is before the
 * day of signing), `update-expired`, `update-older` (its counter is lower than one that was seen), a `certificate-*` or
 * `proxy-*` failure, or `cancelled`.
 */
export async function fetchMetadata(place: FeedPlace, deps: FeedDeps, signal: AbortSignal): Promise<Metadata> {
  const address = addressIn(place.feed, `${place.channel}.json`);
  const { host } = new URL(address);
  const { verifier, routeThroughProxy } = deps;
  const limits = { signal, timeoutMs: deps.timeoutMs ?? fetchTimeoutMs, maxBytes: maxMetadataBytes, routeThroughProxy };
  const { status, json } = await httpsJson(address, verifier, limits).catch((thrown: unknown) => {
    throw asUpdateFailure(thrown, host);
  });
  if (status !== 200) throw fail('update-unreachable', { host }, { detail: `HTTP ${status}` });
  if (json === undefined) throw fail('update-invalid', { key: 'signed' }, { detail: 'no JSON' });
  return checked(openEnvelope(json, deps.keys), place, deps.now());
}

/** Checks what a signature alone does not say: that it is for this channel, and that it still counts. */
function checked(metadata: Metadata, { channel, counter }: FeedPlace, now: number): Metadata {
  const { signedAt, expiresAt } = metadata;
  if (metadata.channel !== channel) throw fail('update-invalid', { key: 'channel' });
  if (now < signedAt - clockLeewayMs) throw fail('update-clock', { signedAt, nowDateAt: now });
  if (now >= expiresAt) throw fail('update-expired', { endedAt: expiresAt, nowDateAt: now });
  if (metadata.counter < counter) throw fail('update-older', undefined, { detail: `${metadata.counter} after ${counter}` });
  return metadata;
}

/** A failure to reach a gateway, as one to reach the update server. All others stay as they are. */
export function asUpdateFailure(thrown: unknown, host: string): unknown {
  if (!(thrown instanceof CausewayError)) return thrown;
  const { code, detail = code } = thrown.failure;
  const cause = { detail, cause: thrown };
  if (code === 'gateway-protocol' && detail.startsWith('more than')) return fail('update-invalid', { key: 'signed' }, cause);
  return code.startsWith('gateway-') || code === 'local-network' ? fail('update-unreachable', { host }, cause) : thrown;
}
