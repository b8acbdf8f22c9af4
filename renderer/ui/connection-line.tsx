import { Landmark, Laptop } from 'lucide-react';

export type LineState = 'off' | 'going' | 'open' | 'broken' | 'direct';

/** A picture of the connection from this computer to the campus. It is decoration: the text beside it says the same. */
export function ConnectionLine({ state }: { state: LineState }) {
  return (
    <div className={`connection-line connection-line-${state}`} aria-hidden>
      <span className="connection-line-end">
        <Laptop size={26} strokeWidth={1.75} />
      </span>
      <svg className="connection-line-line" viewBox="0 0 120 12" preserveAspectRatio="none">
        <line x1="2" y1="6" x2="118" y2="6" />
      </svg>
      <span className="connection-line-end">
        <Landmark size={26} strokeWidth={1.75} />
      </span>
    </div>
  );
}
