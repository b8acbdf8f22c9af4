import type { Failure } from '../../shared/failure.ts';
import { useLocalizer } from '../localizer.ts';
import { Details } from './details.tsx';
import { Fingerprint } from './facts.tsx';

/** The expected and the presented key of a server whose key has changed, to read to the help desk, collapsed. */
export function KeyChange({ failure: { code, params = {} } }: { failure: Failure }) {
  const { messages } = useLocalizer();
  const { expected, found, vouched } = params;
  if (code !== 'certificate-changed' || typeof expected !== 'string' || typeof found !== 'string') return null;
  const { expectedKey, foundKey, forgetKey, vouchedBy } = messages.ending;
  const boxes = [[expectedKey, expected.split(', ')] as const, [foundKey, [found]] as const].map(([label, keys]) => (
    <section key={label} className="fingerprint-box" aria-label={label}>
      <p className="hint">{label}</p>
      {keys.map((key) => (
        <Fingerprint key={key} sha256={key} />
      ))}
    </section>
  ));
  return (
    <Details label={messages.ending.keys}>
      {boxes}
      {vouched === 'person' && <p className="hint">{forgetKey}</p>}
      {(vouched === 'system' || vouched === 'authority') && <p className="hint">{vouchedBy[vouched]}</p>}
    </Details>
  );
}
