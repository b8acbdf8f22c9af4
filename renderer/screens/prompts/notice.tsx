import { useAnswer } from '../../hooks.ts';
import { useLocalizer } from '../../localizer.ts';
import { Button } from '../../ui/button.tsx';
import { Actions, Screen } from '../../ui/screen.tsx';
import { CancelFoot, useCancel } from './cancel.tsx';
import type { PromptProps } from './prompt.ts';

/** The gateway's terms: Proceed or Decline. */
export function Notice({ access, prompt, above }: PromptProps<'notice'>) {
  const { messages } = useLocalizer();
  const { busy, answer } = useAnswer(access);
  const cancel = useCancel();
  const proceed = (): void => answer({ kind: 'notice', proceed: true });
  return (
    <Screen title={prompt.title ?? messages.notice.title} above={above} onEnter={proceed} onEscape={cancel}>
      <p className="lead">{messages.notice.lead}</p>
      {/* It scrolls, so it must be reachable by keyboard */}
      <div className="notice-text" tabIndex={0} role="region" aria-label={messages.notice.text}>
        {prompt.text}
      </div>
      <Actions>
        <Button kind="primary" pending={busy} onPress={proceed}>
          {messages.notice.proceed}
        </Button>
        <Button pending={busy} onPress={() => answer({ kind: 'notice', proceed: false })}>
          {messages.notice.decline}
        </Button>
      </Actions>
      <CancelFoot onCancel={cancel} />
    </Screen>
  );
}
