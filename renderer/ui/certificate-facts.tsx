import { useSpeaker } from '../localizer.ts';
import { Facts, Fingerprint } from './facts.tsx';

interface CertificateFactsProps {
  /** `validUntil` in epoch ms; `sha256` colon-separated hex. */
  certificate: { sha256: string; subject: string; issuer: string; validUntil: number };
}

/** What a certificate says of itself, and its fingerprint to compare. */
export function CertificateFacts({ certificate: { sha256, subject, issuer, validUntil } }: CertificateFactsProps) {
  const { words, instant } = useSpeaker();
  return (
    <>
      <section className="fingerprint-box" aria-label={words.certificate.fingerprint}>
        <p className="hint">{words.certificate.fingerprint}</p>
        <Fingerprint sha256={sha256} />
      </section>
      <p>{words.certificate.compare}</p>
      <Facts
        facts={[
          [words.certificate.subject, subject],
          [words.certificate.issuer, issuer],
          [words.certificate.valid, instant(validUntil)],
        ]}
      />
    </>
  );
}
