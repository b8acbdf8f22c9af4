import { Landmark, Laptop } from 'lucide-react';

export type WayState = 'off' | 'going' | 'open' | 'broken' | 'direct';

/** The way from this computer to the campus, as the access state has it. A picture only: the words beside it say the same. */
export function Way({ state }: { state: WayState }) {
  return (
    <div className={`way way-${state}`} aria-hidden>
      <span className="way-end">
        <Laptop size={26} strokeWidth={1.75} />
      </span>
      <svg className="way-line" viewBox="0 0 120 12" preserveAspectRatio="none">
        <line x1="2" y1="6" x2="118" y2="6" />
      </svg>
      <span className="way-end">
        <Landmark size={26} strokeWidth={1.75} />
      </span>
    </div>
  );
}
