import { useAnswer } from '../../hooks.ts';
import { useSpeaker } from '../../speech.ts';
import { FailurePanel } from '../../ui/panel.tsx';
import { Screen } from '../../ui/screen.tsx';
import { CancelFoot, useCancel } from './cancel.tsx';
import { completionOf, PromptForm } from './form.tsx';
import type { PromptProps } from './prompt.ts';

/** Whatever else the gateway asks: a question is never hidden. */
export function Fields({ access, prompt, above }: PromptProps<'fields'>) {
  const { words, say } = useSpeaker();
  const { busy, answer } = useAnswer(access);
  const cancel = useCancel();
  return (
    <Screen title={prompt.title ?? words.fields.title} above={above} focus={prompt.fields.length > 0 ? 'field' : 'title'} onEscape={cancel}>
      {prompt.failure && (
        <FailurePanel
          failure={prompt.failure}
          more={prompt.triesLeft === undefined ? null : say(words.credentials.triesLeft, { count: prompt.triesLeft })}
        />
      )}
      {prompt.message !== undefined && <p className="lead pre-line">{prompt.message}</p>}
      <PromptForm
        name={`fields/${prompt.fields.map((field) => field.name).join('/')}`}
        promptId={access.promptId}
        fields={prompt.fields.map((field) => ({
          ...field,
          label: field.label ?? words.fields.field,
          autoComplete: completionOf(field),
        }))}
        selects={prompt.selects}
        submit={words.fields.go}
        busyText={words.fields.going}
        busy={busy}
        onSubmit={(values) => answer({ kind: 'fields', values })}
      />
      <CancelFoot onCancel={cancel} />
    </Screen>
  );
}
