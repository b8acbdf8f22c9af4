import type { CertificateJudge } from '../trust/certificate.ts';
import { sameHost } from '../trust/host.ts';
import type { GatewayTarget } from './gateway.ts';

/** The gateway by the profile's trust. Of the other hosts of a sign-in a pinned key says nothing: whatever vouches for them will do. */
export function judgeOfPage({ host, judge }: GatewayTarget): CertificateJudge {
  return (presented) => (presented.systemTrusts && !sameHost(presented.host, host) ? { kind: 'accept' } : judge(presented));
}
