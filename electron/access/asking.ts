import { fail } from '../../shared/failure.ts';
import { fits, type Answer, type Prompt } from '../../shared/prompt.ts';
import type { Ask } from '../gateways/gateway.ts';

/** What the state shows of questions. Each returns false when the state machine refused the event. */
export interface PromptBoard {
  show(promptId: string, prompt: Prompt): boolean;
  markAnswered(promptId: string): boolean;
  withdraw(promptId: string): void;
}

/** Answers a prompt without a person, from memory or the keychain; null when it cannot. Never a push. */
export type PreparedAnswer = (prompt: Prompt, signal: AbortSignal) => Promise<Answer | null>;

/** The first of several that has an answer. */
export function firstOf(...prepared: readonly PreparedAnswer[]): PreparedAnswer {
  return async (prompt, signal) => {
    for (const each of prepared) {
      const answer = await each(prompt, signal);
      if (answer) return answer;
    }
    return null;
  };
}

/** The questions of one attempt: one is open at a time, and only its own id can answer it. */
export class Asking {
  private count = 0;
  private open: { id: string; prompt: Prompt; resolve(answer: Answer): void } | null = null;

  constructor(
    private readonly attempt: number,
    private readonly board: PromptBoard,
    private readonly prepared: PreparedAnswer,
    /** Aborts with the attempt. */
    private readonly stop: AbortSignal,
  ) {}

  readonly ask: Ask = async (prompt, { signal } = {}) => {
    const known = await this.prepared(prompt, signal ? AbortSignal.any([signal, this.stop]) : this.stop);
    if (signal?.aborted) throw fail('cancelled');
    if (known && fits(prompt, known)) return known;
    const id = `${this.attempt}.${++this.count}`;
    if (!this.board.show(id, prompt)) throw fail('cancelled');
    return new Promise<Answer>((resolve, reject) => {
      const withdraw = (): void => {
        if (this.open?.id === id) this.open = null;
        this.board.withdraw(id);
        reject(fail('cancelled'));
      };
      signal?.addEventListener('abort', withdraw, { once: true });
      this.open = {
        id,
        prompt,
        resolve: (answer) => {
          signal?.removeEventListener('abort', withdraw);
          resolve(answer);
        },
      };
    });
  };

  /** A person's answer. Fails with `not-now` for any prompt but the open one, `request-invalid` for an answer that does not fit. */
  answer(promptId: string, answer: Answer): void {
    const { open } = this;
    if (open?.id !== promptId) throw fail('not-now');
    if (!fits(open.prompt, answer)) throw fail('request-invalid', undefined, { detail: `${answer.kind} for ${open.prompt.kind}` });
    if (!this.board.markAnswered(promptId)) throw fail('not-now');
    this.open = null;
    open.resolve(answer);
  }
}
