import { failureOf, fail } from '../../../shared/failure.ts';
import { createVerifier, type Presented } from '../../trust/verifier.ts';
import type { Endpoint } from '../../net/endpoint.ts';
import { connectTls } from '../../net/tls.ts';
import type { GatewayProof } from '../../helper-client/protocol.ts';

const showsWithinMs = 10_000;

/**
 * Whether what a gateway presented is proved by what the helper goes by, which is less than a person or a profile may go
 * by: the helper asks nobody. As openconnect decides (openconnect(8), `--servercert`, `--cafile`).
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

/** Has a gateway show its certificate, and sends it nothing; null: it cannot be reached, which the sign-in will tell. Rejects with `cancelled`. */
export async function presentedBy(endpoint: Endpoint, signal: AbortSignal): Promise<Presented | null> {
  let seen: Presented | null = null;
  const look = (presented: Presented) => {
    seen = presented;
    return { kind: 'refuse', failure: { code: 'cancelled' } } as const;
  };
  try {
    (await connectTls(endpoint, look, { signal, timeoutMs: showsWithinMs })).destroy();
  } catch (error) {
    if (signal.aborted) throw fail('cancelled', undefined, { cause: failureOf(error) });
  }
  return seen;
}
