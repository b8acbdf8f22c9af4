import * as z from 'zod/mini';
import type { Profile } from '../../shared/profile.ts';
import type { CertificateVerifier } from '../trust/verifier.ts';
import { httpsJson } from '../net/https.ts';

/** On campus the answer comes at once. Off campus this is the longest wait that the probe may cost. */
const probeTimeoutMs = 2_000;
const replySchema = z.object({ campus: z.string() });

/**
 * Whether this computer is on campus: the profile's probe answers directly, with a certificate that the profile trusts, and
 * names this campus. Everything else is off campus, including a captive portal's page.
 */
export async function isOnCampus(profile: Profile, verifier: CertificateVerifier, signal: AbortSignal): Promise<boolean> {
  if (!profile.onCampus) return false;
  const { probe, campus } = profile.onCampus;
  try {
    const reply = await httpsJson(probe, verifier, {
      signal,
      timeoutMs: probeTimeoutMs,
      maxBytes: 4_096,
      ...(profile.connectTo ? { connectTo: profile.connectTo } : {}),
    });
    const body = replySchema.safeParse(reply.json);
    return reply.status === 200 && body.success && body.data.campus === campus;
  } catch (error) {
    if (signal.aborted) throw error;
    return false;
  }
}
