import { useCallback, useEffect, useRef, useState } from 'react';
import type { AccessStateOf } from '../shared/access-state.ts';
import type { CallName } from '../shared/bridge.ts';
import type { Answer } from '../shared/prompt.ts';
import { failureFrom, useClient, type CallArguments } from './client.ts';

/** The current time, updated every `everyMs` while the screen is shown. */
export function useNow(everyMs = 1000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

export interface Verbs {
  /** Whether a call is running. */
  busy: boolean;
  /** Makes a call unless one is running. A failure is shown above the screen. Resolves with whether it succeeded. */
  run: <N extends CallName>(name: N, ...input: CallArguments<N>) => Promise<boolean>;
}

/** Calls for one group of buttons, one at a time: a double click makes one call. */
export function useVerbs(): Verbs {
  const client = useClient();
  const [busy, setBusy] = useState(false);
  const running = useRef(false);
  const run = useCallback(
    async <N extends CallName>(name: N, ...input: CallArguments<N>): Promise<boolean> => {
      if (running.current) return false;
      running.current = true;
      setBusy(true);
      client.trouble.set(null);
      try {
        await client.call(name, ...input);
        return true;
      } catch (error) {
        client.trouble.set(failureFrom(error));
        return false;
      } finally {
        running.current = false;
        setBusy(false);
      }
    },
    [client],
  );
  return { busy, run };
}

export interface Answering {
  /** Whether an answer to this prompt is being sent, or the gateway has it and has not reacted yet. */
  busy: boolean;
  answer: (answer: Answer, remember?: boolean) => void;
  /** Answers with the recovery passcode that the main process holds. */
  answerWithHeld: () => void;
  /** Answers with the password in the keychain and the choices made in the form. */
  answerWithSaved: (chosen: Record<string, string>) => void;
}

/** Answers the open prompt, once. Later clicks do nothing until the next prompt. */
export function useAnswer({ promptId, answered }: AccessStateOf<'asking'>): Answering {
  const { busy, run } = useVerbs();
  const sent = useRef<string | null>(null);
  const once = (send: () => Promise<boolean>): void => {
    if (answered || sent.current === promptId) return;
    sent.current = promptId;
    void send().then((done) => {
      if (!done && sent.current === promptId) sent.current = null;
    });
  };
  return {
    busy: busy || answered,
    answer: (answer, remember = false) => once(() => run('answer', { promptId, answer, remember })),
    answerWithHeld: () => once(() => run('answerWithHeldPasscode', { promptId })),
    answerWithSaved: (chosen) => once(() => run('answerWithSavedPassword', { promptId, chosen })),
  };
}

/**
 * Whether Caps Lock is on, by the last key in this field. It stays when the field loses the focus: if the warning
 * disappeared then, the button that is being clicked would move.
 */
export function useCapsLock(): { on: boolean; watch: { onKeyDown: CapsLockWatch; onKeyUp: CapsLockWatch } } {
  const [on, setOn] = useState(false);
  const read: CapsLockWatch = (event) => setOn(event.getModifierState('CapsLock'));
  return { on, watch: { onKeyDown: read, onKeyUp: read } };
}
type CapsLockWatch = (event: { getModifierState(key: 'CapsLock'): boolean }) => void;

/**
 * Moves the focus to an element and selects its text whenever `trigger` changes after the first time. Not while it is null: the
 * focus stays where it is while something is sent.
 */
export function useRefocus(trigger: string | null): React.RefObject<HTMLInputElement | null> {
  const field = useRef<HTMLInputElement>(null);
  const seen = useRef(trigger);
  useEffect(() => {
    if (seen.current === trigger) return;
    seen.current = trigger;
    if (trigger === null) return;
    field.current?.focus();
    field.current?.select();
  }, [trigger]);
  return field;
}
