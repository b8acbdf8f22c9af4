import { setTimeout as pause } from 'node:timers/promises';
import { appStateSchema, type AppState } from '../../shared/app-state.ts';
import type { CallName } from '../../shared/bridge.ts';
import type { Answer } from '../../shared/prompt.ts';
import type { Campus } from '../../campus/campus.ts';
import type { Client } from '../e2e/support/client.ts';
import { mei } from '../tour/people.ts';

interface Page {
  causeway: { call(name: string, input: unknown): Promise<{ ok: boolean; value?: unknown; failure?: { code: string } }> };
}

/** Mei at her window, who answers what she is asked as fast as the window can pass it on. */
export class Person {
  constructor(
    readonly client: Client,
    readonly campus: () => Campus,
  ) {}

  async call(name: CallName, input?: unknown): Promise<{ ok: boolean; value?: unknown; code: string | null }> {
    const reply = await this.client.window.evaluate(([verb, value]) => (window as unknown as Page).causeway.call(verb, value), [
      name,
      input,
    ] as const);
    return { ok: reply.ok, value: reply.value, code: reply.failure?.code ?? null };
  }

  async state(): Promise<AppState> {
    return appStateSchema.parse((await this.call('getState')).value);
  }

  /** Waits for a kind of access state, and answers what is asked until then. Rejects if the attempt ends, or after `withinMs`. */
  async until(kind: AppState['access']['kind'], withinMs = 60_000): Promise<AppState> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const state = await this.state();
      const { access } = state;
      if (access.kind === kind) return state;
      if (access.kind === 'asking' && !access.answered) {
        const answer = this.answerTo(access.prompt.kind);
        // The gateway may have withdrawn the question
        await this.call('answer', { promptId: access.promptId, answer, remember: false });
      } else if (access.kind === 'idle' && access.ending) throw new Error(`ended: ${JSON.stringify(access.ending)}`);
      if (performance.now() > deadline) throw new Error(`still ${access.kind} instead of ${kind}`);
      await pause(15);
    }
  }

  async connect(): Promise<void> {
    const profileId = this.campus().profile.id;
    const { code } = await this.call('connect', { profileId });
    if (code !== null) throw new Error(`connect: ${code}`);
    await this.until('connected');
  }

  async disconnect(): Promise<void> {
    await this.call('disconnect');
    await this.until('idle');
  }

  private answerTo(kind: string): Answer {
    switch (kind) {
      case 'notice':
        return { kind: 'notice', proceed: true };
      case 'credentials':
        return { kind: 'credentials', values: { user: mei.userId, password: mei.password } };
      case 'second-factor':
        return { kind: 'second-factor-passcode', passcode: this.code() };
      case 'passcode':
        return { kind: 'passcode', passcode: this.code() };
      default:
        throw new Error(`an unexpected question: ${kind}`);
    }
  }

  private code(): string {
    const account = this.campus().services.factors.accounts(mei.phone)[0];
    if (!account) throw new Error('no account');
    return account.code;
  }
}
