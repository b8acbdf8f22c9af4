import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';

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

/** The submit button of a form. Enter in any field presses it too. */
export function SubmitButton({ children, pending }: { children: ReactNode; pending: boolean }) {
  return (
    <AriaButton className="button primary" type="submit" isPending={pending}>
      <span>{children}</span>
    </AriaButton>
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
    <AriaButton className={`row-button ${kind}`} onPress={onPress} isPending={pending}>
      <Icon aria-hidden size={22} />
      <span className="row-text">
        <span className="row-title">{title}</span>
        {hint !== undefined && <span className="row-hint">{hint}</span>}
      </span>
    </AriaButton>
  );
}
