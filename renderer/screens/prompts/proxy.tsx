import type { AppState } from '../../../shared/app-state.ts';
import { useAnswer, useVerbs } from '../../hooks.ts';
import { useLocalizer } from '../../localizer.ts';
import { Button } from '../../ui/button.tsx';
import { FormDialog } from '../../ui/dialog.tsx';
import { FailurePanel } from '../../ui/panel.tsx';
import { Screen } from '../../ui/screen.tsx';
import { CancelFoot, useCancel } from './cancel.tsx';
import { PromptForm } from './form.tsx';
import type { Failure } from '../../../shared/failure.ts';
import type { PromptProps } from './prompt.ts';

/** The sign-in of the network's web proxy. The screen says that it is not the campus that asks. */
export function Proxy({ access, prompt, above }: PromptProps<'proxy'>) {
  const { messages } = useLocalizer();
  const { busy, answer } = useAnswer(access);
  const cancel = useCancel();
  return (
    <Screen title={messages.proxy.title} above={above} focus="field" onEscape={cancel}>
      <ProxyForm
        id={access.promptId}
        host={prompt.host}
        failure={prompt.failure ?? null}
        busy={busy}
        onAnswer={(signIn) => answer({ kind: 'proxy', ...signIn })}
      />
      <CancelFoot onCancel={cancel} />
    </Screen>
  );
}

/** The same question while the app fetches a campus's profile or calls its recovery site. */
export function ProxyDialog({ question }: { question: NonNullable<AppState['proxyQuestion']> }) {
  const { messages } = useLocalizer();
  const { busy, run } = useVerbs();
  const { id, host, failure } = question;
  const leave = (): void => void run('answerProxy', { id, signIn: null });
  return (
    <FormDialog title={messages.proxy.title} onLeave={leave}>
      <ProxyForm id={id} host={host} failure={failure} busy={busy} onAnswer={(signIn) => void run('answerProxy', { id, signIn })} />
      <Button kind="quiet" onPress={leave}>
        {messages.action.cancel}
      </Button>
    </FormDialog>
  );
}

interface ProxyFormProps {
  id: string;
  host: string;
  failure: Failure | null;
  busy: boolean;
  onAnswer: (signIn: { user: string; password: string }) => void;
}

function ProxyForm({ id, host, failure, busy, onAnswer }: ProxyFormProps) {
  const { messages, format } = useLocalizer();
  return (
    <>
      {failure ? <FailurePanel key={id} failure={failure} /> : <p className="lead">{format(messages.proxy.lead, { host })}</p>}
      <PromptForm
        name={`proxy/${host}`}
        promptId={id}
        fields={[
          { name: 'user', label: messages.proxy.user, secret: false, autoComplete: 'off' },
          { name: 'password', label: messages.proxy.password, secret: true, autoComplete: 'off' },
        ]}
        selects={[]}
        submit={messages.proxy.go}
        busyText={messages.proxy.going}
        busy={busy}
        onSubmit={({ user = '', password = '' }) => onAnswer({ user, password })}
      >
        <p className="hint">{messages.proxy.hint}</p>
      </PromptForm>
    </>
  );
}
