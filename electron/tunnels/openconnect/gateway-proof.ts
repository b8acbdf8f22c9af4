import { failureOf, fail } from '../../../shared/failure.ts';
import { createVerifier, type Presented } from '../../trust/verifier.ts';
import type { Endpoint } from '../../net/endpoint.ts';
import { connectTls } from '../../net/tls.ts';
import type { GatewayProof } from '../../helper-client/protocol.ts';

const certificateTimeoutMs = 10_000;

/**
 * Whether the helper would accept what a gateway presented. The helper asks nobody, so it trusts less than a person or a
 * profile may. Decides as openconnect does (openconnect(8), `--servercert`, `--cafile`).
 *
 * @param now epoch milliseconds
 */
export function isProved(proof: GatewayProof, presented: Presented, now: number): boolean {
  switch (proof.kind) {
    case 'system':
      return presented.systemTrusts;
    case 'pins':
      return createVerifier({ trust: { kind: 'pin', spkiSha256: proof.pins }, now: () => now })(presented).kind === 'accept';
    case 'authority': {
      const verifier = createVerifier({ trust: { kind: 'authority', pem: proof.pem }, now: () => now });
      return verifier({ ...presented, systemTrusts: false }).kind === 'accept';
    }
  }
}

/** Gets a gateway's certificate without sending anything. Null: it cannot be reached; the sign-in will report that. Rejects with `cancelled`. */
export async function presentedBy(endpoint: Endpoint, signal: AbortSignal): Promise<Presented | null> {
  let seen: Presented | null = null;
  const look = (presented: Presented) => {
    seen = presented;
    return { kind: 'refuse', failure: { code: 'cancelled' } } as const;
  };
  try {
    (await connectTls(endpoint, look, { signal, timeoutMs: certificateTimeoutMs })).destroy();
  } catch (error) {
    if (signal.aborted) throw fail('cancelled', undefined, { cause: failureOf(error) });
  }
  return seen;
}
