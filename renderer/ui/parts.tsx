import { CircleCheck, CircleDashed, CircleX, type LucideIcon } from 'lucide-react';
import { useLocalizer } from '../localizer.ts';

export type PartState = 'unknown' | 'up' | 'down';
export const partIcons: Record<PartState, LucideIcon> = { unknown: CircleDashed, up: CircleCheck, down: CircleX };

/** The parts of a connection and whether each is up, so that nobody blames the wrong one. */
export function Parts({ label, parts }: { label: string; parts: readonly (readonly [name: string, state: PartState])[] }) {
  const { messages } = useLocalizer();
  return (
    <ul className="parts" aria-label={label}>
      {parts.map(([name, state]) => {
        const Icon = partIcons[state];
        return (
          <li key={name} className={state}>
            <Icon aria-hidden size={18} />
            <span className="part-name">{name}</span>
            <span>{messages.connected.partState[state]}</span>
          </li>
        );
      })}
    </ul>
  );
}
