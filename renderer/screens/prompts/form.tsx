import type { ReactNode } from 'react';
import { useState } from 'react';
import type { PromptField, PromptSelect } from '../../../shared/prompt.ts';
import { useDrafts } from '../../drafts.ts';
import { useRefocus } from '../../hooks.ts';
import { useLocalizer } from '../../localizer.ts';
import { Button, SubmitButton } from '../../ui/button.tsx';
import { Field, SecretField } from '../../ui/fields.tsx';
import { Form } from '../../ui/form.tsx';
import { SearchedSelect } from '../../ui/searchable.tsx';
import { Actions } from '../../ui/screen.tsx';

/** A prompt's field with its visible label. */
export interface LabelledField extends PromptField {
  label: string;
  autoComplete: string;
}

interface PromptFormProps {
  /** The name of the form's drafts: a form with the same name shows what was typed before. */
  name: string;
  promptId: string;
  fields: readonly LabelledField[];
  selects: readonly PromptSelect[];
  submit: string;
  busyText: string;
  busy: boolean;
  onSubmit: (values: Record<string, string>) => void;
  /** Another button beside the submit button. It gets the choices made in the form. */
  other?: { label: string; onPress: (chosen: Record<string, string>) => void } | null;
  children?: ReactNode;
}

/**
 * The form of a prompt. Its fields and choices keep their values while the gateway checks them and when it asks again. The
 * first empty field gets the focus, or, when the gateway asks again, the last secret.
 */
export function PromptForm({ name, promptId, fields, selects, submit, busyText, busy, onSubmit, other = null, children }: PromptFormProps) {
  const { messages, format } = useLocalizer();
  const [values, setValue] = useDrafts<string>(name, initialValues(fields, selects));
  const [missing, setMissing] = useState<string | null>(null);
  const again = useRefocus(promptId);
  const [first] = useState(() => fields.find((field) => !values[field.name])?.name ?? fields[0]?.name);
  const retried = fields.findLast((field) => field.secret)?.name ?? fields[0]?.name;

  const send = (): void => {
    const filled = fields.some((field) => values[field.name]);
    const empty = fields.find((field) => !values[field.name] && (!filled || isNeeded(field)));
    setMissing(empty?.name ?? null);
    if (!empty && !busy) onSubmit(values);
  };

  const chosen = (): Record<string, string> => Object.fromEntries(selects.map(({ name: each }) => [each, values[each] ?? '']));

  return (
    <Form onSubmit={send}>
      {fields.map((field) => {
        const Kind = field.secret ? SecretField : Field;
        return (
          <Kind
            key={field.name}
            label={field.label}
            name={field.name}
            value={values[field.name] ?? ''}
            onChange={(value) => setValue(field.name, value)}
            error={missing === field.name && !values[field.name] ? format(messages.credentials.missing, { label: field.label }) : null}
            busy={busy}
            autoFocus={field.name === first}
            autoComplete={field.autoComplete}
            inputRef={field.name === retried ? again : undefined}
          />
        );
      })}
      {selects.map((select) => (
        <SearchedSelect
          key={select.name}
          label={select.label}
          value={values[select.name] ?? ''}
          options={select.options}
          disabled={busy}
          onChange={(value) => setValue(select.name, value)}
        />
      ))}
      {children}
      <Actions>
        <SubmitButton pending={busy}>{busy ? busyText : submit}</SubmitButton>
        {other && (
          <Button disabled={busy} onPress={() => other.onPress(chosen())}>
            {other.label}
          </Button>
        )}
      </Actions>
    </Form>
  );
}

/** The fields that every gateway needs. Only the gateway knows whether another field may be empty, and it says so if not. */
function isNeeded({ name, newPassword }: PromptField): boolean {
  return name === 'user' || name === 'password' || newPassword === true;
}

/** The `autocomplete` name of a gateway's own field. */
export function completionOf({ code, newPassword }: PromptField): string {
  if (newPassword) return 'new-password';
  return code ? 'one-time-code' : 'off';
}

function initialValues(fields: readonly LabelledField[], selects: readonly PromptSelect[]): Record<string, string> {
  return Object.fromEntries([
    ...fields.map((field) => [field.name, field.value ?? ''] as const),
    ...selects.map((select) => [select.name, select.value ?? select.options[0]?.value ?? ''] as const),
  ]);
}
