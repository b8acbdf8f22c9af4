import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';

/** `primary` is the one obvious button of a screen; `quiet` the way out. */
export type ButtonKind = 'primary' | 'secondary' | 'quiet' | 'danger';

interface ButtonProps {
  children: ReactNode;
  /** Its whole name where the visible one says too little out of its place. */
  label?: string;
  onPress: () => void;
  kind?: ButtonKind;
  size?: 'large';
  icon?: LucideIcon;
  /** It was pressed and waits for its effect: it keeps the focus and takes no second press. */
  pending?: boolean | undefined;
  disabled?: boolean | undefined;
  autoFocus?: boolean | undefined;
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
  return (
    <AriaButton
      className={`button ${kind} ${size ?? ''}`}
      onPress={onPress}
      isPending={pending}
      isDisabled={disabled}
      autoFocus={autoFocus}
      {...(label === undefined ? {} : { 'aria-label': label })}
    >
      {Icon && <Icon aria-hidden size={size === 'large' ? 22 : 18} />}
      <span>{children}</span>
    </AriaButton>
  );
}

/** The button that sends a form. Enter in any field of the form presses it too. */
export function SubmitButton({ children, pending }: { children: ReactNode; pending: boolean }) {
  return (
    <AriaButton className="button primary" type="submit" isPending={pending}>
      <span>{children}</span>
    </AriaButton>
  );
}

/** A button that is only a picture; `label` is its name. */
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

/** A wide button with a line under its name: one of several ways to go on. */
export function RowButton({ title, hint, icon: Icon, onPress, kind = 'secondary', pending = false }: RowButtonProps) {
  return (
    <AriaButton className={`row-button ${kind}`} onPress={onPress} isPending={pending}>
      <Icon aria-hidden size={22} />
      <span className="row-text">
        <span className="row-title">{title}</span>
        {hint !== undefined && <span className="row-hint">{hint}</span>}
      </span>
    </AriaButton>
  );
}
