import { useAnswer } from '../../hooks.ts';
import { useSpeaker } from '../../speech.ts';
import { FailurePanel } from '../../ui/panel.tsx';
import { Screen } from '../../ui/screen.tsx';
import { CancelFoot, useCancel } from './cancel.tsx';
import { PromptForm } from './form.tsx';
import type { PromptProps } from './prompt.ts';

/** The network's web proxy asks who goes through it. That is not the campus, and the screen says so. */
export function Proxy({ access, prompt, above }: PromptProps<'proxy'>) {
  const { words, say } = useSpeaker();
  const { busy, answer } = useAnswer(access);
  const cancel = useCancel();
  return (
    <Screen title={words.proxy.title} above={above} focus="field" onEscape={cancel}>
      {prompt.failure ? <FailurePanel failure={prompt.failure} /> : <p className="lead">{say(words.proxy.lead, { host: prompt.host })}</p>}
      <PromptForm
        name={`proxy/${prompt.host}`}
        promptId={access.promptId}
        fields={[
          { name: 'user', label: words.proxy.user, secret: false, autoComplete: 'off' },
          { name: 'password', label: words.proxy.password, secret: true, autoComplete: 'off' },
        ]}
        selects={[]}
        submit={words.proxy.go}
        busyText={words.proxy.going}
        busy={busy}
        onSubmit={({ user = '', password = '' }) => answer({ kind: 'proxy', user, password })}
      >
        <p className="hint">{words.proxy.hint}</p>
      </PromptForm>
      <CancelFoot onCancel={cancel} />
    </Screen>
  );
}
