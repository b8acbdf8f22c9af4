import { onAbort } from '../../shared/abort.ts';
import { fail } from '../../shared/failure.ts';
import { fits, tidied, type Answer, type Prompt } from '../../shared/prompt.ts';
import type { Ask } from '../gateways/gateway.ts';

/** What the state shows of questions. Each returns false when the state machine refused the event. */
export interface PromptDisplay {
  show(promptId: string, prompt: Prompt, autoAnswerAt?: number): boolean;
  markAnswered(promptId: string): boolean;
  withdraw(promptId: string): void;
}

/** An answer without a person that takes its time: the question is shown meanwhile, and the person may be quicker. */
export interface LaterAnswer {
  readonly kind: 'later';
  readonly at: number;
  /** Waits for it. Null: there is none after all, or the signal was aborted. Never rejects. */
  wait(signal: AbortSignal): Promise<Answer | null>;
}

/** Answers a prompt without a person, from memory or the keychain; null when it cannot. Never a push. */
export type PreparedAnswer = (prompt: Prompt) => Promise<Answer | LaterAnswer | null>;

/** The first of several that has an answer. */
export function firstOf(...prepared: readonly PreparedAnswer[]): PreparedAnswer {
  return async (prompt) => {
    for (const each of prepared) {
      const answer = await each(prompt);
      if (answer) return answer;
    }
    return null;
  };
}

/** The questions of one attempt: one is open at a time, and only its own id can answer it. */
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
    if (signal?.aborted || this.stop.aborted) throw fail('cancelled');
    if (known?.kind !== 'later') return known && fits(prompt, known) ? tidied(known) : this.put(prompt, signal);
    const quicker = new AbortController();
    const by = AbortSignal.any([quicker.signal, this.stop, ...(signal ? [signal] : [])]);
    const late = known.wait(by);
    try {
      const answer = await this.put(prompt, signal, { at: known.at, answer: late });
      // There was none after all: the question stays, and says no more that it answers itself
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

  /** A person's answer. Fails with `not-now` for any prompt but the open one, `request-invalid` for an answer that does not fit. */
  answer(promptId: string, answer: Answer): void {
    const { open } = this;
    if (open?.id !== promptId) throw fail('not-now');
    if (!fits(open.prompt, answer)) throw fail('request-invalid', undefined, { detail: `${answer.kind} for ${open.prompt.kind}` });
    if (!this.board.markAnswered(promptId)) throw fail('not-now');
    this.open = null;
    open.resolve(tidied(answer));
  }
}
