import type { ReactNode } from 'react';

/** Names and values in two columns. Null values are left out. */
export function Facts({ facts }: { facts: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className="facts">
      {facts.map(([name, value]) =>
        value === null ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

/** A SHA-256 fingerprint (colon-separated hex, or base64) in short groups, to read aloud and compare. */
export function Fingerprint({ sha256 }: { sha256: string }) {
  const plain = sha256.includes(':') ? sha256.replaceAll(':', '').toUpperCase() : sha256;
  const groups = plain.match(/.{1,4}/g) ?? [];
  return (
    <code className="fingerprint">
      {groups.map((group, index) => (
        <span key={index}>{group} </span>
      ))}
    </code>
  );
}
