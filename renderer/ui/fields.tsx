import { Check, Eye, EyeOff } from 'lucide-react';
import { useId, useState, type ComponentProps, type ReactNode, type Ref } from 'react';
import { CheckboxButton, CheckboxField } from 'react-aria-components/Checkbox';
import { FieldError } from 'react-aria-components/FieldError';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { Text } from 'react-aria-components/Text';
import { TextField } from 'react-aria-components/TextField';
import { useAnnounced } from '../announcer.tsx';
import { useCapsLock } from '../hooks.ts';
import { useLocalizer } from '../localizer.ts';
import { useShownFocus } from '../shown-focus.ts';
import { IconButton } from './button.tsx';

interface FieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  onBlur?: () => void;
  name?: string;
  hint?: string | undefined;
  /** Why the value cannot be sent. */
  error?: string | null | undefined;
  /** While the value is checked, it stays visible but cannot be changed. */
  busy?: boolean | undefined;
  autoFocus?: boolean | undefined;
  autoComplete?: string;
  inputRef?: Ref<HTMLInputElement> | undefined;
  input?: Pick<ComponentProps<typeof Input>, 'maxLength' | 'inputMode' | 'autoCapitalize' | 'placeholder' | 'className'>;
}

/** A labelled text field. */
export function Field({ inputRef, input, ...field }: FieldProps) {
  return (
    <FieldFrame {...field}>
      <Input ref={inputRef} type="text" {...plainTyping} maxLength={200} {...input} />
    </FieldFrame>
  );
}

/** A field for a secret. It can be shown, and warns about Caps Lock. */
export function SecretField({ inputRef, input, ...field }: FieldProps) {
  const { messages } = useLocalizer();
  const [shown, setShown] = useState(false);
  const capsLock = useCapsLock();
  useAnnounced(capsLock.on ? messages.credentials.capsLock : null);
  return (
    <div {...capsLock.watch}>
      <FieldFrame {...field} hint={capsLock.on ? messages.credentials.capsLock : field.hint}>
        <div className="with-button">
          <Input ref={inputRef} type={shown ? 'text' : 'password'} {...plainTyping} maxLength={1024} {...input} />
          <IconButton
            label={shown ? messages.credentials.hide : messages.credentials.show}
            icon={shown ? EyeOff : Eye}
            onPress={() => setShown(!shown)}
          />
        </div>
      </FieldFrame>
    </div>
  );
}

/** Turns off spelling and correction, which would change IDs, codes and passwords. */
const plainTyping = { spellCheck: false, autoCorrect: 'off', autoCapitalize: 'none' } as const;

function FieldFrame({
  label,
  value,
  onChange,
  onBlur,
  name,
  hint,
  error,
  busy,
  autoFocus = false,
  autoComplete,
  children,
}: Omit<FieldProps, 'inputRef' | 'input'> & { children: ReactNode }) {
  useShownFocus(autoFocus);
  return (
    <TextField
      className="field"
      value={value}
      onChange={onChange}
      isInvalid={error != null}
      isReadOnly={busy ?? false}
      validationBehavior="aria"
      autoFocus={autoFocus}
      autoComplete={autoComplete ?? 'off'}
      {...(name === undefined ? {} : { name })}
      {...(onBlur === undefined ? {} : { onBlur })}
    >
      <Label>{label}</Label>
      {children}
      {hint !== undefined && (
        <Text slot="description" className="hint">
          {hint}
        </Text>
      )}
      <FieldError className="error">{error}</FieldError>
    </TextField>
  );
}

export interface SelectProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** `lang`: where a label is in another language. */
  options: readonly { value: string; label: string; lang?: string }[];
  disabled?: boolean;
}

/** The browser's own drop-down, which works with every platform's keys and screen readers. */
export function SelectField({ label, value, onChange, options, disabled = false }: SelectProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} disabled={disabled} onChange={(event) => onChange(event.target.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value} lang={option.lang}>
            {option.label}
          </option>
        ))}
      </select>
    </div>
  );
}

interface CheckboxProps {
  label: string;
  hint?: string | undefined;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
}

/** A checkbox. */
export function Checkbox({ label, hint, checked, onChange, disabled = false }: CheckboxProps) {
  return (
    <CheckboxField className="checkbox-field" isSelected={checked} onChange={onChange} isDisabled={disabled}>
      <CheckboxButton className="checkbox">
        <span className="checkbox-box">
          <Check aria-hidden size={14} strokeWidth={3} />
        </span>
        <span>{label}</span>
      </CheckboxButton>
      {hint !== undefined && (
        <Text slot="description" className="hint">
          {hint}
        </Text>
      )}
    </CheckboxField>
  );
}
