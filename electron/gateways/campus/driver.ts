import { onAbort } from '../../../shared/abort.ts';
import type { GatewayMessage } from '../../../shared/access-protocol.ts';
import { fail } from '../../../shared/failure.ts';
import { fits, type Answer, type Prompt } from '../../../shared/prompt.ts';
import type { Ask, GatewayDriver, GatewayTarget, Session } from '../gateway.ts';
import { connectWithConsent } from '../connect-with-consent.ts';
import { Channel } from './channel.ts';
import { CampusSession } from './session.ts';

/** How long to wait for the gateway's next message. */
const silentAfterMs = 30_000;
/** The same after a password or a code was sent: the campus may be asking on the phone. */
const phoneMs = 75_000;
/** How long to wait before the person sees that we are waiting. */
const waitingShownAfterMs = 3_000;
/** Most questions in a row that replace an unanswered one. No honest gateway sends so many. */
const maxUnanswered = 20;

/** The driver of the campus's own access protocol, version 1 (`docs/protocol.md`). */
export const campusDriver: GatewayDriver = {
  async signIn(target, ask, signal) {
    const channel = await connectWithConsent(() => Channel.open(target, signal), ask, signal);
    return converse(channel, target, ask, signal, { farewell: true });
  },
  async resume(target, session, signal) {
    if (session.grant.kind !== 'relay') throw fail('internal', undefined, { detail: `campus for ${session.grant.kind}` });
    const channel = await Channel.open(target, signal, session.grant.ticket);
    // If the gateway asks a question, it did not accept the ticket
    const ask: Ask = () => Promise.reject(fail('ticket-rejected'));
    return converse(channel, target, ask, signal, { farewell: false });
  },
};

/**
 * Runs the conversation from hello to granted: questions, answers, withdrawals. Closes the channel unless it becomes a
 * session. With `farewell`, a cancel also signs out.
 */
async function converse(
  channel: Channel,
  target: GatewayTarget,
  ask: Ask,
  signal: AbortSignal,
  { farewell }: { farewell: boolean },
): Promise<Session> {
  const stop = new AbortController();
  const silent = fail('gateway-silent', { host: target.host });
  let open: { seq: number; withdraw: AbortController } | null = null;
  let timer: NodeJS.Timeout | undefined;
  let waiting: { timer: NodeJS.Timeout; withdraw: AbortController } | null = null;
  let unanswered = 0;
  const ending: { why: Error | null } = { why: null };

  const giveUp = (why: Error): void => {
    ending.why ??= why;
    channel.messages.end();
  };
  const expectMessage = (withinMs = silentAfterMs): void => {
    clearTimeout(timer);
    timer = setTimeout(() => giveUp(silent), withinMs);
  };
  const hideWaiting = (): void => {
    clearTimeout(waiting?.timer);
    waiting?.withdraw.abort();
    waiting = null;
  };
  /** After a secret was sent: if the gateway stays silent for a while, shows that it may be asking on the phone. */
  const showWaitingLater = (): void => {
    hideWaiting();
    const until = target.now() + phoneMs;
    const withdraw = new AbortController();
    const show = (): void => {
      ask({ kind: 'waiting', until }, { signal: AbortSignal.any([withdraw.signal, stop.signal]) }).catch(() => undefined);
    };
    waiting = { timer: setTimeout(show, waitingShownAfterMs), withdraw };
  };
  const put = async (seq: number, prompt: Prompt, withdraw: AbortController): Promise<void> => {
    try {
      const answer = await ask(prompt, { signal: AbortSignal.any([withdraw.signal, stop.signal]) });
      if (withdraw.signal.aborted) return;
      if (!fits(prompt, answer)) throw fail('request-invalid', undefined, { detail: `${answer.kind} for ${prompt.kind}` });
      unanswered = 0;
      channel.send({ type: 'answer', seq, answer });
      // We answer a push only to leave it; the phone does the rest. So a push is not a secret
      if (isSecret(answer)) showWaitingLater();
      expectMessage(isSecret(answer) ? phoneMs : silentAfterMs);
    } catch (error) {
      if (!withdraw.signal.aborted) giveUp(error instanceof Error ? error : fail('internal'));
    }
  };

  const off = onAbort(signal, () => giveUp(fail('cancelled')));
  expectMessage();
  let session: Session | null = null;
  try {
    for await (const message of channel.messages) {
      clearTimeout(timer);
      hideWaiting();
      const next = react(message, target);
      if (next.kind === 'withdraw') {
        if (open?.seq !== next.seq) continue; // our answer and the withdrawal crossed
        open.withdraw.abort();
        open = null;
        expectMessage();
      } else if (next.kind === 'ask') {
        open?.withdraw.abort();
        unanswered += 1;
        if (unanswered > maxUnanswered) throw fail('gateway-protocol', { host: target.host }, { detail: 'too many questions' });
        open = { seq: next.seq, withdraw: new AbortController() };
        void put(next.seq, next.prompt, open.withdraw);
      } else {
        open?.withdraw.abort();
        session = new CampusSession(channel, target, next.granted);
        return session;
      }
    }
    throw ending.why ?? channel.failure ?? fail('gateway-closed', { host: target.host });
  } finally {
    clearTimeout(timer);
    hideWaiting();
    off();
    stop.abort();
    if (!session) {
      // The gateway may be granting a session right now that we never see: sign out of that
      if (farewell && signal.aborted) channel.send({ type: 'bye' });
      await channel.close();
    }
  }
}

/** Whether an answer holds a password or a code. */
const isSecret = ({ kind }: Answer): boolean => ['credentials', 'passcode', 'second-factor-passcode', 'fields'].includes(kind);

type Next =
  | { kind: 'ask'; seq: number; prompt: Prompt }
  | { kind: 'withdraw'; seq: number }
  | { kind: 'granted'; granted: Extract<GatewayMessage, { type: 'granted' }> };

/** What a message means before there is a session. */
function react(message: GatewayMessage, target: GatewayTarget): Next {
  switch (message.type) {
    case 'prompt':
      return { kind: 'ask', seq: message.seq, prompt: message.prompt };
    case 'withdrawn':
      return { kind: 'withdraw', seq: message.seq };
    case 'granted':
      return { kind: 'granted', granted: message };
    case 'refused':
      throw fail(message.code, { host: target.host, ...message.params }, message.message === undefined ? {} : { detail: message.message });
    case 'expiring':
    case 'extended':
    case 'extend-refused':
    case 'time':
    case 'portal-sign-in':
    case 'ended':
      throw fail('gateway-protocol', { host: target.host }, { detail: `${message.type} arrived before the grant` });
  }
}
