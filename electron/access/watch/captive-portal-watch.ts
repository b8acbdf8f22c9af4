import { onAbort } from '../../../shared/abort.ts';
import type { Profile } from '../../../shared/profile.ts';
import { splitHost } from '../../../shared/profile.ts';
import type { CertificateVerifier } from '../../trust/verifier.ts';
import { endpointOf } from '../../net/endpoint.ts';
import { CertificateQuestion, connectTls } from '../../net/tls.ts';
import { captivePortal } from './captive-portal.ts';
import type { Environment } from '../environment.ts';

const checkEveryMs = 5_000;
/** After this long we stop looking, and the person has to press Try again. */
const giveUpAfterMs = 30 * 60_000;
const connectTimeoutMs = 5_000;

export interface HeldUpGateway {
  profile: Profile;
  verifier: CertificateVerifier;
  /** host[:port] of the gateway that could not be reached. */
  gateway: string;
  environment: Environment;
}

/**
 * Checks now and then whether the captive portal lets this computer through. It connects and hangs up; signing in is left
 * to the person. Resolves with true once the network is open, false when aborted or after too long. Never rejects.
 */
export async function waitUntilOpen(held: HeldUpGateway, signal: AbortSignal): Promise<boolean> {
  const until = performance.now() + giveUpAfterMs;
  for (;;) {
    await pause(held.environment, signal);
    if (signal.aborted || performance.now() > until) return false;
    if (await isFree(held, signal)) return !over(signal);
  }
}

async function isFree({ profile, verifier, gateway }: HeldUpGateway, signal: AbortSignal): Promise<boolean> {
  const address = splitHost(gateway);
  try {
    if ((await captivePortal(profile, address.host, signal)) !== null) return false;
    const socket = await connectTls(endpointOf(address, profile.connectTo), verifier, { signal, timeoutMs: connectTimeoutMs });
    socket.destroy();
    return true;
  } catch (error) {
    // A question about the certificate means that the gateway was reached. The person answers it when they connect
    return error instanceof CertificateQuestion;
  }
}

/** Waits for the next check. A network change ends the wait. */
function pause(environment: Environment, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      clearTimeout(timer);
      off();
      ignoreAbort();
      resolve();
    };
    const timer = setTimeout(go, checkEveryMs);
    const off = environment.onNetworkChange(go);
    const ignoreAbort = onAbort(signal, go);
  });
}

const over = (signal: AbortSignal): boolean => signal.aborted;
