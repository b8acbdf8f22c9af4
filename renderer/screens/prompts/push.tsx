import { useState } from 'react';
import { useAnswer, useNow, useVerbs } from '../../hooks.ts';
import { useLocalizer } from '../../localizer.ts';
import type { Localizer } from '../../../shared/messages/localizer.ts';
import type { PromptOf } from '../../../shared/prompt.ts';
import { Button } from '../../ui/button.tsx';
import { Ring } from '../../ui/ring.tsx';
import { Actions, Screen } from '../../ui/screen.tsx';
import { Sentence } from '../../ui/sentence.tsx';
import { CancelFoot, useCancel } from './cancel.tsx';
import type { PromptProps } from './prompt.ts';

/** Where the push or call goes, and the number to type there, for people who do not see it. */
export function pushInWords(prompt: PromptOf<'push'>, { messages, format }: Localizer): string[] {
  const device = prompt.device || messages.push.yourPhone;
  const lead = format(prompt.call ? messages.push.callLead : messages.push.lead, { device });
  return prompt.number === undefined ? [lead] : [lead, messages.push.number, prompt.number];
}

/** A push or call is waiting: its device, the time left, and the number to type there, if there is one. */
export function Push({ access, prompt, above }: PromptProps<'push'>) {
  const { messages, format } = useLocalizer();
  const { busy, answer } = useAnswer(access);
  const cancel = useCancel();
  const { run } = useVerbs();
  const now = useNow();
  const [shownAt] = useState(() => Date.now());
  const left = Math.max(0, Math.ceil((prompt.deadline - now) / 1000));
  const leftText = left > 0 ? format(prompt.call ? messages.push.callLeft : messages.push.left, { count: left }) : messages.push.late;
  const device = prompt.device || messages.push.yourPhone;
  return (
    <Screen title={prompt.call ? messages.push.callTitle : messages.push.title} above={above} onEscape={cancel}>
      <p className="lead">
        <Sentence text={format(prompt.call ? messages.push.callLead : messages.push.lead, { device })} />
      </p>
      {prompt.message !== undefined && <p className="pre-line">{prompt.message}</p>}
      {prompt.number !== undefined && (
        <div className="number-match">
          <p>{messages.push.number}</p>
          <p className="number-digits">{prompt.number}</p>
        </div>
      )}
      <div className="push-wait">
        <Ring part={(prompt.deadline - now) / Math.max(1, prompt.deadline - shownAt)} label={messages.connected.timeLeft} text={leftText}>
          <strong className="ring-count">{left}</strong>
        </Ring>
        <p>{leftText}</p>
      </div>
      <Actions>
        {prompt.over && (
          <Button kind="primary" pending={busy} onPress={() => answer({ kind: 'instead', method: 'done' })}>
            {messages.push.over}
          </Button>
        )}
        <Button pending={busy} onPress={() => answer({ kind: 'instead', method: 'passcode' })}>
          {busy ? messages.push.switching : messages.push.instead}
        </Button>
        <Button kind="quiet" onPress={() => void run('startTask', { task: 'lost-phone' })}>
          {messages.factor.lost}
        </Button>
      </Actions>
      <p className="hint">
        <Sentence text={prompt.call ? messages.push.notYourCall : messages.push.notYours} />
      </p>
      <CancelFoot onCancel={cancel} />
    </Screen>
  );
}
