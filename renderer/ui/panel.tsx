import { CircleAlert, CircleCheck, Info, X, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Failure } from '../../shared/failure.ts';
import { readAloud } from '../../shared/help-code.ts';
import { useLocalizer } from '../localizer.ts';
import { IconButton } from './button.tsx';
import { HelpCode } from './help-code.tsx';
import { Sentence } from './sentence.tsx';

export type Tone = 'info' | 'good' | 'attention';
const icons: Record<Tone, LucideIcon> = { info: Info, good: CircleCheck, attention: CircleAlert };

interface PanelProps {
  tone: Tone;
  title: string;
  icon?: LucideIcon;
  /** Read aloud as soon as it appears. */
  isAlert?: boolean;
  children?: ReactNode;
  onDismiss?: (() => void) | undefined;
}

/** A message beside the content of a screen. Icon and text show its tone, not only the colour. */
export function Panel({ tone, title, icon, isAlert = false, children, onDismiss }: PanelProps) {
  const { messages } = useLocalizer();
  const Icon = icon ?? icons[tone];
  return (
    <div className={`panel ${tone}`} role={isAlert ? 'alert' : undefined}>
      <Icon aria-hidden size={20} className="panel-icon" />
      <div className="panel-body">
        <p className="panel-title">{title}</p>
        {children}
      </div>
      {onDismiss && <IconButton label={messages.action.dismiss} icon={X} onPress={onDismiss} />}
    </div>
  );
}

/**
 * Why the last try failed and what to do, above the form for the next one. It is read aloud when it appears; with another `key`
 * it is another failure, and read again.
 */
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
  const text = useLocalizer().failure(failure);
  return (
    <Panel isAlert tone="attention" title={text.title} {...(icon ? { icon } : {})} onDismiss={onDismiss}>
      <p>
        <Sentence text={text.happened} />
      </p>
      <p>
        <Sentence text={text.todo} />
      </p>
      {readAloud.includes(failure.code) && <HelpCode failure={failure} />}
      {more != null && <p className="panel-more">{more}</p>}
    </Panel>
  );
}
