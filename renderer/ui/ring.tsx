import type { ReactNode } from 'react';

const radius = 52;
const round = 2 * Math.PI * radius;

interface RingProps {
  /** The part that is left, 0 to 1. */
  part: number;
  label: string;
  /** The same as text, for screen readers. */
  text: string;
  tone?: 'accent' | 'attention';
  children: ReactNode;
}

/** The remaining time, as a ring that empties. */
export function Ring({ part, label, text, tone = 'accent', children }: RingProps) {
  const left = Math.min(1, Math.max(0, part));
  return (
    <div
      className={`ring ${tone}`}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(left * 100)}
      aria-valuetext={text}
    >
      <svg viewBox="0 0 120 120" aria-hidden>
        <circle className="ring-track" cx="60" cy="60" r={radius} />
        <circle
          className="ring-left"
          cx="60"
          cy="60"
          r={radius}
          strokeDasharray={`${left * round} ${round}`}
          transform="rotate(-90 60 60)"
        />
      </svg>
      <div className="ring-text" aria-hidden>
        {children}
      </div>
    </div>
  );
}
