import { useLocalizer } from '../localizer.ts';
import { Facts, Fingerprint } from './facts.tsx';

interface CertificateFactsProps {
  /** `validUntil` in epoch ms; `sha256` colon-separated hex. */
  certificate: { sha256: string; subject: string; issuer: string; validUntil: number };
}

/** A certificate's own facts, and its fingerprint to compare. */
export function CertificateFacts({ certificate: { sha256, subject, issuer, validUntil } }: CertificateFactsProps) {
  const { messages, instant } = useLocalizer();
  return (
    <>
      <section className="fingerprint-box" aria-label={messages.certificate.fingerprint}>
        <p className="hint">{messages.certificate.fingerprint}</p>
        <Fingerprint sha256={sha256} />
      </section>
      <p>{messages.certificate.compare}</p>
      <Facts
        facts={[
          [messages.certificate.subject, subject],
          [messages.certificate.issuer, issuer],
          [messages.certificate.valid, instant(validUntil)],
        ]}
      />
    </>
  );
}
