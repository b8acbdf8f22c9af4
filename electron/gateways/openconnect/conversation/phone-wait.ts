import type { Prompt } from '../../../../shared/prompt.ts';
import { atMost } from '../../../net/deadline.ts';
import { shownAs } from '../../../net/endpoint.ts';
import type { Ask, GatewayTarget } from '../../gateway.ts';
import type { LibraryCall } from '../process/library-call.ts';
import type { Reply } from './reply.ts';
import { shownPrompt } from './form-prompts.ts';
import { pushLastsMs, type FactorStart } from './second-factor.ts';

/** Extra time, because the library may try each address of a name and reports nothing meanwhile. */
const pushGraceMs = 30_000;
/** Show that we are waiting after 1/25 of the time that the gateway has: 3 s of 75. */
const shownAfterDivisor = 25;

interface Deps {
  target: GatewayTarget;
  ask: Ask;
  signal: AbortSignal;
  /** How long to wait for a silent gateway after a password or a code was sent. */
  phoneMs: number;
  /** Called when the person chooses another second factor instead of the push. */
  leavePush: (start: FactorStart) => never;
}

/**
 * What the screen shows while a gateway has a password or a code and is silent: the pending push, or that the campus may be
 * asking on the phone. It stays until the gateway's next message. A certificate on a new connection does not count as one.
 */
export class PhoneWait {
  private out: Prompt | null = null;
  /** When the pending push times out. */
  private pushUntil: number | null = null;

  constructor(private readonly deps: Deps) {}

  /** Call this when an answer is sent. */
  begin({ push, pushMessage, secret }: Reply, call: LibraryCall): void {
    const { target, phoneMs } = this.deps;
    this.out = null;
    if (secret) call.expectWithin(phoneMs);
    if (!push) {
      if (secret) this.out = { kind: 'waiting', until: target.now() + phoneMs };
      return;
    }
    // A message from the gateway meanwhile does not extend the push
    this.pushUntil = pushMessage && this.pushUntil !== null ? this.pushUntil : target.now() + pushLastsMs;
    call.expectWithin(pushLastsMs + pushGraceMs);
    const prompt: Prompt = {
      kind: 'push',
      device: push.device,
      deadline: this.pushUntil,
      ...(push.does === 'call' ? { call: true } : {}),
      ...(pushMessage && pushMessage.message !== '' ? { message: pushMessage.message } : {}),
      ...(pushMessage?.number != null ? { number: pushMessage.number } : {}),
    };
    this.out = shownPrompt(prompt, shownAs(target));
  }

  /** Call this when the gateway has said something. */
  end(): void {
    this.out = null;
  }

  /** Shows what is pending, if anything, until the library has news. */
  async until(call: LibraryCall): Promise<void> {
    const { out } = this;
    if (out?.kind === 'push') await this.showPush(out, call);
    else if (out) await this.showWaiting(out, call);
  }

  private async showPush(prompt: Prompt, call: LibraryCall): Promise<void> {
    const { ask, leavePush } = this.deps;
    const withdraw = new AbortController();
    const signal = AbortSignal.any([withdraw.signal, this.deps.signal]);
    const left = ask(prompt, { signal }).then(
      (answer) => (answer.kind === 'instead' && answer.method !== 'done' ? answer.method : 'choose'),
      (error: unknown) => {
        if (withdraw.signal.aborted) return null;
        throw error;
      },
    );
    const news = call.peek().then(() => null);
    try {
      const method = await Promise.race([left, news]);
      if (method !== null) leavePush(method);
    } finally {
      withdraw.abort();
      await left.catch(() => undefined);
      news.catch(() => undefined);
    }
  }

  /** Shows the wait only after the gateway has been silent for a while. A quick gateway needs none. */
  private async showWaiting(prompt: Prompt, call: LibraryCall): Promise<void> {
    const { ask, signal, phoneMs } = this.deps;
    const news = call.peek();
    const soon = await atMost(
      phoneMs / shownAfterDivisor,
      news.then(() => true),
    );
    if (soon) return;
    const withdraw = new AbortController();
    const shown = ask(prompt, { signal: AbortSignal.any([withdraw.signal, signal]) }).catch(() => undefined);
    try {
      await news;
    } finally {
      withdraw.abort();
      await shown;
    }
  }
}
