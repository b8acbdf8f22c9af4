import type { ProfileSummary } from '../../shared/app-state.ts';
import { useLocalizer } from '../localizer.ts';
import { Details } from './details.tsx';
import { Facts, Fingerprint } from './facts.tsx';
import { HelpDesk } from './help-desk.tsx';

interface CertificateFactsProps {
  /** The help desk to call: of the campus that one connects to, and of no campus that is only about to be added. */
  contact: ProfileSummary['helpDesk'];
  /** `validUntil` in epoch ms; `sha256` colon-separated hex. */
  certificate: { sha256: string; subject: string; issuer: string; validUntil: number };
}

/** A certificate's own facts, and its fingerprint to compare. */
export function CertificateFacts({ certificate: { sha256, subject, issuer, validUntil }, contact }: CertificateFactsProps) {
  const { messages, instant } = useLocalizer();
  return (
    <>
      <section className="fingerprint-box" aria-label={messages.certificate.fingerprint}>
        <p className="hint">{messages.certificate.fingerprint}</p>
        <Fingerprint sha256={sha256} />
      </section>
      <p>{messages.certificate.compare}</p>
      <HelpDesk contact={contact} />
      <Details label={messages.action.details}>
        <Facts
          facts={[
            [messages.certificate.subject, subject],
            [messages.certificate.issuer, issuer],
            [messages.certificate.valid, instant(validUntil)],
          ]}
        />
      </Details>
    </>
  );
}
