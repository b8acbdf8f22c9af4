import { onAbort } from '../../shared/abort.ts';
import { fail, throwIfCancelled } from '../../shared/failure.ts';
import { fits, tidied, type Answer, type Prompt } from '../../shared/prompt.ts';
import type { Ask } from '../gateways/gateway.ts';

/** Shows prompts in the access state. Each method returns false if the state machine refused the event. */
export interface PromptDisplay {
  show(promptId: string, prompt: Prompt, autoAnswerAt?: number): boolean;
  markAnswered(promptId: string): boolean;
  withdraw(promptId: string): void;
}

/** An answer that the computer will give later. Until then the question is shown, and the person may answer first. */
export interface LaterAnswer {
  readonly kind: 'later';
  readonly at: number;
  /** Null if there is no answer after all, or the signal aborted. Never rejects. */
  wait(signal: AbortSignal): Promise<Answer | null>;
}

/** Answers a prompt from memory or the keychain, without a person. Null if it cannot. Never sends a push. */
export type PreparedAnswer = (prompt: Prompt) => Promise<Answer | LaterAnswer | null>;

/** Takes the first answer of several sources. */
export function firstOf(...prepared: readonly PreparedAnswer[]): PreparedAnswer {
  return async (prompt) => {
    for (const each of prepared) {
      const answer = await each(prompt);
      if (answer) return answer;
    }
    return null;
  };
}

/** The prompts of one attempt. One is open at a time, and an answer has to name its id. */
export class Prompts {
  private count = 0;
  private open: { id: string; prompt: Prompt; resolve(answer: Answer): void } | null = null;

  constructor(
    private readonly attempt: number,
    private readonly board: PromptDisplay,
    private readonly prepared: PreparedAnswer,
    /** Aborts with the attempt. */
    private readonly stop: AbortSignal,
  ) {}

  readonly ask: Ask = async (prompt, { signal } = {}) => {
    const known = await this.prepared(prompt);
    throwIfCancelled(signal);
    throwIfCancelled(this.stop);
    if (known?.kind !== 'later') return known && fits(prompt, known) ? tidied(known) : this.put(prompt, signal);
    const quicker = new AbortController();
    const by = AbortSignal.any([quicker.signal, this.stop, ...(signal ? [signal] : [])]);
    const late = known.wait(by);
    try {
      const answer = await this.put(prompt, signal, { at: known.at, answer: late });
      // No answer after all: the question stays open, without the note that the computer answers it
      return answer ?? (await this.put(prompt, signal));
    } finally {
      quicker.abort();
    }
  };

  private put(prompt: Prompt, signal: AbortSignal | undefined): Promise<Answer>;
  private put(
    prompt: Prompt,
    signal: AbortSignal | undefined,
    later: { at: number; answer: Promise<Answer | null> },
  ): Promise<Answer | null>;
  private put(prompt: Prompt, signal?: AbortSignal, later?: { at: number; answer: Promise<Answer | null> }): Promise<Answer | null> {
    const id = `${this.attempt}.${++this.count}`;
    if (!this.board.show(id, prompt, later?.at)) return Promise.reject(fail('cancelled'));
    return new Promise<Answer | null>((resolve, reject) => {
      const withdraw = (): void => {
        if (this.open?.id === id) this.open = null;
        this.board.withdraw(id);
        reject(fail('cancelled'));
      };
      const off = onAbort(signal, withdraw);
      const settle = (answer: Answer | null): void => {
        off();
        resolve(answer);
      };
      this.open = { id, prompt, resolve: settle };
      void later?.answer.then((answer) => {
        if (this.open?.id !== id || this.stop.aborted) return;
        if (answer && fits(prompt, answer)) this.answer(id, answer);
        else settle(null);
      });
    });
  }

  /** Takes a person's answer. Fails with `not-now` unless the prompt is the open one, and `request-invalid` if the answer does not fit it. */
  answer(promptId: string, answer: Answer): void {
    const { open } = this;
    if (open?.id !== promptId) throw fail('not-now');
    if (!fits(open.prompt, answer)) throw fail('request-invalid', undefined, { detail: `${answer.kind} for ${open.prompt.kind}` });
    if (!this.board.markAnswered(promptId)) throw fail('not-now');
    this.open = null;
    open.resolve(tidied(answer));
  }
}
