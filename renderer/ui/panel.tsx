import { CircleAlert, CircleCheck, Info, X, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Failure } from '../../shared/failure.ts';
import { useLocalizer } from '../localizer.ts';
import { IconButton } from './button.tsx';

export type Tone = 'info' | 'good' | 'attention';
const icons: Record<Tone, LucideIcon> = { info: Info, good: CircleCheck, attention: CircleAlert };

interface PanelProps {
  tone: Tone;
  title: string;
  icon?: LucideIcon;
  children?: ReactNode;
  onDismiss?: (() => void) | undefined;
}

/** Something to be told beside what the screen asks. Its tone shows in its icon and words, not in colour only. */
export function Panel({ tone, title, icon, children, onDismiss }: PanelProps) {
  const { messages } = useLocalizer();
  const Icon = icon ?? icons[tone];
  return (
    <div className={`panel ${tone}`}>
      <Icon aria-hidden size={20} className="panel-icon" />
      <div className="panel-body">
        <p className="panel-title">{title}</p>
        {children}
      </div>
      {onDismiss && <IconButton label={messages.action.dismiss} icon={X} onPress={onDismiss} />}
    </div>
  );
}

/** Why the last try did not work and what to do, above the form that takes the next one. */
export function FailurePanel({
  failure,
  icon,
  more,
  onDismiss,
}: {
  failure: Failure;
  icon?: LucideIcon;
  more?: string | null;
  onDismiss?: () => void;
}) {
  const said = useLocalizer().failure(failure);
  return (
    <Panel tone="attention" title={said.title} {...(icon ? { icon } : {})} onDismiss={onDismiss}>
      <p>{said.happened}</p>
      <p>{said.todo}</p>
      {more != null && <p className="panel-more">{more}</p>}
    </Panel>
  );
}
