import { AppWindow, Globe } from 'lucide-react';
import { useAnnounced } from '../../announcer.tsx';
import { useAnswer } from '../../hooks.ts';
import { useLocalizer } from '../../localizer.ts';
import { RowButton } from '../../ui/button.tsx';
import { KeepPage } from '../../ui/keep-page.tsx';
import { FailurePanel } from '../../ui/panel.tsx';
import { Screen } from '../../ui/screen.tsx';
import { CancelFoot, useCancel } from './cancel.tsx';
import type { PromptProps } from './prompt.ts';

/** Sign-in on the campus's own page. A click opens it, and nothing else does. */
export function BrowserSignIn({ access, prompt, state, above }: PromptProps<'browser'>) {
  const { messages, format } = useLocalizer();
  const { busy, answer } = useAnswer(access);
  const cancel = useCancel();
  useAnnounced(busy ? messages.browser.waiting : null);
  const open = (): void => answer({ kind: 'browser', where: prompt.where });
  const own = prompt.where === 'own';
  return (
    <Screen title={messages.browser.title} above={above} onEnter={open} onEscape={cancel}>
      {prompt.failure ? (
        <FailurePanel failure={prompt.failure} />
      ) : (
        <p className="lead">{format(messages.browser.lead, { host: prompt.host })}</p>
      )}
      <div className="ways">
        <RowButton
          kind="primary"
          icon={own ? Globe : AppWindow}
          title={own ? messages.browser.own : messages.browser.open}
          hint={own ? messages.browser.ownHint : messages.browser.openHint}
          pending={busy}
          onPress={open}
        />
      </div>
      {!own && <KeepPage state={state} where="page" />}
      <p className="hint">{busy ? messages.browser.waiting : ''}</p>
      <CancelFoot onCancel={cancel} />
    </Screen>
  );
}
