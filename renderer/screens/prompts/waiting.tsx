import { useState } from 'react';
import { useNow } from '../../hooks.ts';
import { useLocalizer } from '../../localizer.ts';
import { Ring } from '../../ui/ring.tsx';
import { Screen } from '../../ui/screen.tsx';
import { Sentence } from '../../ui/sentence.tsx';
import { CancelFoot, useCancel } from './cancel.tsx';
import type { PromptProps } from './prompt.ts';

/** The gateway has not answered after a password or a code: it may be asking on the phone. */
export function Waiting({ prompt, above }: PromptProps<'waiting'>) {
  const { messages, format } = useLocalizer();
  const cancel = useCancel();
  const now = useNow();
  const [shownAt] = useState(() => Date.now());
  const left = Math.max(0, Math.ceil((prompt.until - now) / 1000));
  const leftText = left > 0 ? format(messages.waiting.left, { count: left }) : messages.waiting.late;
  return (
    <Screen title={messages.waiting.title} above={above} onEscape={cancel}>
      <p className="lead">{messages.waiting.lead}</p>
      <div className="push-wait">
        <Ring part={(prompt.until - now) / Math.max(1, prompt.until - shownAt)} label={messages.connected.timeLeft} text={leftText}>
          <strong className="ring-count">{left}</strong>
        </Ring>
        <p>{leftText}</p>
      </div>
      <p className="hint">
        <Sentence text={messages.push.notYours} />
      </p>
      <CancelFoot onCancel={cancel} />
    </Screen>
  );
}
