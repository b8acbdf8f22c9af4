import http from 'node:http';
import type { Agent } from '../../../../shared/user-agent.ts';
import { fail, throwIfCancelled, type CausewayError } from '../../../../shared/failure.ts';
import { plainLine } from '../../../../shared/plain-text.ts';
import { withDeadline } from '../../../net/deadline.ts';
import { shownAs } from '../../../net/endpoint.ts';
import { connectTls } from '../../../net/tls.ts';
import type { GatewayTarget } from '../../gateway.ts';
import { refusesClient, refusesSystem } from './text-patterns.ts';

/**
 * Some gateways accept only certain client programs or systems. Some say so in a message. Others answer any other client
 * as they answer a browser, with 403, 404 or a page. Only a first request under another client name shows why.
 */

/** User agents of Cisco's own client, which such a gateway accepts (openconnect(8), `--useragent`). */
const knownAgents = ['AnyConnect Windows 4.10.06079', 'Cisco AnyConnect VPN Agent for Windows 2.2.0133'];
const answerTimeoutMs = 3_000;
const maxBytes = 64 * 1024;

/** The failure that a gateway's message describes, if it refuses this client or its system. Null otherwise. */
export function refusalInText(wording: string, host: string, agent: Agent): CausewayError | null {
  const code = refusesSystem(wording) ? 'system-refused' : refusesClient(wording) ? 'client-refused' : null;
  return code === null ? null : refusal(code, host, agent, wording);
}

/**
 * Finds out whether a Cisco gateway turned down the first request because of the client that sent it. Repeats the request
 * under our own name. If that gets no form, tries names that the gateway may know, on this system and on Windows. None of
 * these requests holds a secret. Null: the client was not the reason. Rejects only with `cancelled`.
 */
export async function findClientRefusal(target: GatewayTarget, agent: Agent, signal: AbortSignal): Promise<CausewayError | null> {
  const host = shownAs(target);
  const ours = await sendFirstRequest(target, agent, signal);
  if (ours === null || ours.isForm) return null;
  const fromText = refusalInText(ours.text, host, agent);
  if (fromText) return fromText;
  for (const system of agent.system === 'win' ? [agent.system] : [agent.system, 'win' as const]) {
    for (const userAgent of [agent.userAgent, ...knownAgents]) {
      if (userAgent === agent.userAgent && system === agent.system) continue;
      if ((await sendFirstRequest(target, { userAgent, system }, signal))?.isForm !== true) continue;
      return refusal(userAgent === agent.userAgent ? 'system-refused' : 'client-refused', host, agent, ours.text);
    }
  }
  return null;
}

function refusal(code: 'client-refused' | 'system-refused', host: string, { userAgent, system }: Agent, wording: string): CausewayError {
  return fail(code, { host, agent: userAgent, system }, { detail: plainLine(wording).trim().slice(0, 300) });
}

interface Answer {
  /** The answer is a form, or a request that comes before one. */
  isForm: boolean;
  /** Its readable text. */
  text: string;
}

/** Sends the first request of a sign-in as OpenConnect does (`xmlpost_initial_req` in its `auth.c`). Null: the gateway cannot be reached. */
async function sendFirstRequest(target: GatewayTarget, { userAgent, system }: Agent, signal: AbortSignal): Promise<Answer | null> {
  const host = shownAs(target);
  const path = target.profile.signInPath ?? '/';
  const address = `https://${host}${path}`.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const body =
    `<?xml version="1.0" encoding="UTF-8"?>\n<config-auth client="vpn" type="init"><version who="vpn">v9.21</version>` +
    `<device-id>${system}</device-id><group-access>${address}</group-access></config-auth>`;
  let isConnected = false;
  try {
    const socket = await connectTls(target, target.verifier, { signal, timeoutMs: answerTimeoutMs });
    isConnected = true;
    const request = http.request({
      createConnection: () => socket,
      method: 'POST',
      path,
      headers: {
        host,
        'user-agent': userAgent,
        'content-type': 'application/xml; charset=utf-8',
        'x-transcend-version': '1',
        'x-aggregate-auth': '1',
        'accept-encoding': 'identity',
        'content-length': Buffer.byteLength(body),
      },
    });
    request.on('error', () => undefined);
    const bound = { signal, ms: answerTimeoutMs, late: () => fail('gateway-silent', { host }), release: () => void request.destroy() };
    return await withDeadline<Answer>(bound, (done, failed) => {
      request.on('error', failed);
      request.on('response', (response) => {
        let text = '';
        const settle = (): void => {
          socket.destroy();
          done({ isForm: response.statusCode === 200 && isForm(text), text: readable(text) });
        };
        response.setEncoding('utf8').on('data', (more: string) => {
          text += more;
          if (text.length > maxBytes) settle();
        });
        response.on('end', settle).on('error', failed);
      });
      request.end(body);
    });
  } catch {
    throwIfCancelled(signal);
    // Hanging up is an answer too
    return isConnected ? { isForm: false, text: '' } : null;
  }
}

const isForm = (text: string): boolean =>
  /^\s{0,20}<\?xml/.test(text) && /<(auth|client-cert-request|host-scan)[\s>/]/.test(text) && !/<error[\s>]/.test(text);

/** The text without its HTML or XML tags. */
const readable = (text: string): string =>
  text
    .slice(0, 4_000)
    .replaceAll(/<(style|script)\b[^<]*<\/\1>/gi, ' ')
    .replaceAll(/<[^<>]*>/g, ' ');
