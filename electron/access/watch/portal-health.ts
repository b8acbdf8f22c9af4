import { delay, within } from '../../../shared/abort.ts';
import { failureOf, type FailureCode } from '../../../shared/failure.ts';
import type { PortalHealth } from '../../../shared/access-state.ts';
import type { Profile } from '../../../shared/profile.ts';
import { hostOf } from '../../trust/host.ts';
import type { Tunnel } from '../../tunnels/tunnel.ts';

const answerTimeoutMs = 8_000;
/** How often a portal that does not answer is asked again. One that answers is not asked: that would count as activity and keep an idle session alive. */
const retryEveryMs = 10_000;

const nameFailures: readonly FailureCode[] = ['host-name-unknown', 'names-silent', 'names-none'];

/** Reports whether the portal can be reached through the tunnel, until it can or `signal` aborts. Never rejects. */
export async function watchPortal(
  profile: Profile,
  tunnel: Tunnel,
  tell: (health: PortalHealth) => void,
  signal: AbortSignal,
): Promise<void> {
  const address = new URL(profile.portal.address);
  const over = (): boolean => signal.aborted;
  for (;;) {
    try {
      const stream = await tunnel.dial(hostOf(address), address.port === '' ? 443 : Number(address.port), within(answerTimeoutMs, signal));
      stream.destroy();
      tell('up');
      return;
    } catch (error) {
      if (over()) return;
      tell(nameFailures.includes(failureOf(error).code) ? 'dns-failed' : 'down');
    }
    if (!(await delay(retryEveryMs, signal))) return;
  }
}
