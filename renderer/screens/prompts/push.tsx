import { useState } from 'react';
import { useAnswer, useNow } from '../../hooks.ts';
import { useSpeaker } from '../../localizer.ts';
import { Button } from '../../ui/button.tsx';
import { Ring } from '../../ui/ring.tsx';
import { Actions, Screen } from '../../ui/screen.tsx';
import { CancelFoot, useCancel } from './cancel.tsx';
import type { PromptProps } from './prompt.ts';

/** A push or a call is out: to which device, for how long, and the number to type there where there is one. */
export function Push({ access, prompt, above }: PromptProps<'push'>) {
  const { words, say } = useSpeaker();
  const { busy, answer } = useAnswer(access);
  const cancel = useCancel();
  const now = useNow();
  const [shownAt] = useState(() => Date.now());
  const left = Math.max(0, Math.ceil((prompt.deadline - now) / 1000));
  const leftText = left > 0 ? say(prompt.call ? words.push.callLeft : words.push.left, { count: left }) : words.push.late;
  const device = prompt.device || words.push.yourPhone;
  return (
    <Screen title={prompt.call ? words.push.callTitle : words.push.title} above={above} onEscape={cancel}>
      <p className="lead">{say(prompt.call ? words.push.callLead : words.push.lead, { device })}</p>
      {prompt.message !== undefined && <p className="pre-line">{prompt.message}</p>}
      {prompt.number !== undefined && (
        <div className="number-match">
          <p>{words.push.number}</p>
          <p className="number-digits">{prompt.number}</p>
        </div>
      )}
      <div className="push-wait">
        <Ring part={(prompt.deadline - now) / Math.max(1, prompt.deadline - shownAt)} label={words.connected.timeLeft} text={leftText}>
          <strong className="ring-count">{left}</strong>
        </Ring>
        <p>{leftText}</p>
      </div>
      <Actions>
        {prompt.over && (
          <Button kind="primary" pending={busy} onPress={() => answer({ kind: 'instead', method: 'done' })}>
            {words.push.over}
          </Button>
        )}
        <Button pending={busy} onPress={() => answer({ kind: 'instead', method: 'passcode' })}>
          {busy ? words.push.switching : words.push.instead}
        </Button>
      </Actions>
      <p className="hint">{words.push.notYours}</p>
      <CancelFoot onCancel={cancel} />
    </Screen>
  );
}
