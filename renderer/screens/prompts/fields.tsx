import type { PromptOf } from '../../../shared/prompt.ts';
import { useAnswer } from '../../hooks.ts';
import { useLocalizer } from '../../localizer.ts';
import { FailurePanel } from '../../ui/panel.tsx';
import { Screen } from '../../ui/screen.tsx';
import { CancelFoot, useCancel } from './cancel.tsx';
import { completionOf, PromptForm } from './form.tsx';
import type { PromptProps } from './prompt.ts';

/** A key that differs for each question, so that text typed into one does not appear in the next. */
export const questionOf = ({ title, message, fields }: PromptOf<'fields'>): string =>
  JSON.stringify([title, message, fields.map(({ name, label }) => [name, label])]);

/** Shows any other form of a gateway, since no question may be hidden. A form for a new password says so. */
export function Fields({ access, prompt, above }: PromptProps<'fields'>) {
  const { messages, format } = useLocalizer();
  const { busy, answer } = useAnswer(access);
  const cancel = useCancel();
  const isNewPassword = prompt.fields.some(({ newPassword }) => newPassword === true);
  const texts = isNewPassword ? messages.newPassword : messages.fields;
  const isTold = prompt.fields.length === 0 && prompt.selects.length === 0;
  const goOn = (): void => {
    if (!busy) answer({ kind: 'fields', values: {} });
  };
  return (
    <Screen
      title={prompt.title ?? (isTold ? messages.fields.told : texts.title)}
      above={above}
      focus={prompt.fields.length > 0 ? 'field' : 'title'}
      onEnter={isTold ? goOn : undefined}
      onEscape={cancel}
    >
      {prompt.failure && (
        <FailurePanel
          key={access.promptId}
          failure={prompt.failure}
          more={prompt.triesLeft === undefined ? null : format(messages.credentials.triesLeft, { count: prompt.triesLeft })}
        />
      )}
      {prompt.message !== undefined && <p className="lead pre-line">{prompt.message}</p>}
      {isNewPassword && <p className={prompt.message === undefined ? 'lead' : 'hint'}>{messages.newPassword.lead}</p>}
      <PromptForm
        name={`fields/${questionOf(prompt)}`}
        promptId={access.promptId}
        fields={prompt.fields.map((field) => ({
          ...field,
          label: field.label ?? texts.field,
          autoComplete: completionOf(field),
        }))}
        selects={prompt.selects}
        submit={messages.fields.go}
        busyText={messages.fields.going}
        busy={busy}
        onSubmit={(values) => answer({ kind: 'fields', values })}
      />
      <CancelFoot onCancel={cancel} />
    </Screen>
  );
}
