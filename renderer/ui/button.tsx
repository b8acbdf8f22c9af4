import type { LucideIcon } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { useEffect, useRef } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import { useSay } from '../announcer.tsx';
import { useShownFocus } from '../shown-focus.ts';
import { Sentence } from './sentence.tsx';

/** `primary` is the main button of a screen, `quiet` the one to leave it. */
export type ButtonKind = 'primary' | 'secondary' | 'quiet' | 'danger';

interface ButtonProps {
  children: ReactNode;
  /** The full name for screen readers, if the visible label is unclear out of context. */
  label?: string;
  onPress: () => void;
  kind?: ButtonKind;
  size?: 'large';
  icon?: LucideIcon;
  /** The button was pressed and its action is running: it keeps the focus and ignores further presses. */
  pending?: boolean | undefined;
  disabled?: boolean | undefined;
  autoFocus?: boolean | undefined;
}

/**
 * A button that can be pending. Not by React Aria's `isPending`, which announces the button's own name whenever it begins and
 * ends, and says nothing else when there is news.
 */
function PendingButton({ pending, onPress, type = 'button', ...props }: { pending: boolean } & ComponentProps<typeof AriaButton>) {
  return (
    <AriaButton
      {...props}
      aria-disabled={pending}
      data-pending={pending || undefined}
      // Enter in a field does not send the form again either
      type={pending ? 'button' : type}
      {...(pending || !onPress ? {} : { onPress })}
    />
  );
}

/** A button that gets another label while it has the focus, "Copied" for example, says so. */
function useSaidLabel(label: ReactNode) {
  const button = useRef<HTMLButtonElement>(null);
  const before = useRef(label);
  const say = useSay();
  useEffect(() => {
    if (before.current === label) return;
    before.current = label;
    if (typeof label === 'string' && document.activeElement === button.current) say(label);
  }, [label, say]);
  return button;
}

export function Button({
  children,
  label,
  onPress,
  kind = 'secondary',
  size,
  icon: Icon,
  pending = false,
  disabled = false,
  autoFocus = false,
}: ButtonProps) {
  useShownFocus(autoFocus);
  return (
    <PendingButton
      ref={useSaidLabel(children)}
      className={`button ${kind} ${size ?? ''}`}
      onPress={onPress}
      pending={pending}
      isDisabled={disabled}
      autoFocus={autoFocus}
      {...(label === undefined ? {} : { 'aria-label': label })}
    >
      {Icon && <Icon aria-hidden size={size === 'large' ? 22 : 18} />}
      <span>{typeof children === 'string' ? <Sentence text={children} /> : children}</span>
    </PendingButton>
  );
}

/** The submit button of a form. Enter in any field presses it too. */
export function SubmitButton({ children, pending, kind = 'primary' }: { children: ReactNode; pending: boolean; kind?: ButtonKind }) {
  return (
    <PendingButton ref={useSaidLabel(children)} className={`button ${kind}`} type="submit" pending={pending}>
      <span>{typeof children === 'string' ? <Sentence text={children} /> : children}</span>
    </PendingButton>
  );
}

/** A button with only an icon. `label` is its name. */
export function IconButton({
  label,
  icon: Icon,
  onPress,
  disabled = false,
}: {
  label: string;
  icon: LucideIcon;
  onPress: () => void;
  disabled?: boolean;
}) {
  return (
    <AriaButton className="icon-button" aria-label={label} onPress={onPress} isDisabled={disabled}>
      <Icon aria-hidden size={18} />
    </AriaButton>
  );
}

interface RowButtonProps {
  title: string;
  hint?: string | undefined;
  icon: LucideIcon;
  onPress: () => void;
  kind?: 'primary' | 'secondary';
  pending?: boolean | undefined;
}

/** A wide button with a second line, for one of several choices. */
export function RowButton({ title, hint, icon: Icon, onPress, kind = 'secondary', pending = false }: RowButtonProps) {
  return (
    <PendingButton className={`row-button ${kind}`} onPress={onPress} pending={pending}>
      <Icon aria-hidden size={22} />
      <span className="row-text">
        <span className="row-title">
          <Sentence text={title} />
        </span>
        {hint !== undefined && (
          <span className="row-hint">
            <Sentence text={hint} />
          </span>
        )}
      </span>
    </PendingButton>
  );
}
