import { AppWindow, Globe } from 'lucide-react';
import { useAnswer } from '../../hooks.ts';
import { useSpeaker } from '../../localizer.ts';
import { RowButton } from '../../ui/button.tsx';
import { FailurePanel } from '../../ui/panel.tsx';
import { Screen } from '../../ui/screen.tsx';
import { CancelFoot, useCancel } from './cancel.tsx';
import type { PromptProps } from './prompt.ts';

/** Sign-in on the campus's own page: opened by a click, never by itself. */
export function BrowserSignIn({ access, prompt, above }: PromptProps<'browser'>) {
  const { words, say } = useSpeaker();
  const { busy, answer } = useAnswer(access);
  const cancel = useCancel();
  const open = (): void => answer({ kind: 'browser', where: prompt.where });
  const own = prompt.where === 'own';
  return (
    <Screen title={words.browser.title} above={above} onEnter={open} onEscape={cancel}>
      {prompt.failure ? (
        <FailurePanel failure={prompt.failure} />
      ) : (
        <p className="lead">{say(words.browser.lead, { host: prompt.host })}</p>
      )}
      <div className="ways">
        <RowButton
          kind="primary"
          icon={own ? Globe : AppWindow}
          title={own ? words.browser.own : words.browser.open}
          hint={own ? words.browser.ownHint : words.browser.openHint}
          pending={busy}
          onPress={open}
        />
      </div>
      <p className="hint" aria-live="polite">
        {busy ? words.browser.waiting : ''}
      </p>
      <CancelFoot onCancel={cancel} />
    </Screen>
  );
}
