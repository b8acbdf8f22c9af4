import http from 'node:http';
import type { Agent } from '../../../../shared/agent.ts';
import { fail, type CausewayError } from '../../../../shared/failure.ts';
import { plainLine } from '../../../../shared/plain-text.ts';
import { bounded } from '../../../net/deadline.ts';
import { shownAs } from '../../../net/endpoint.ts';
import { connectTls } from '../../../net/tls.ts';
import type { GatewayTarget } from '../../gateway.ts';
import { refusesClient, refusesSystem } from './wording.ts';

/**
 * Gateways that take only certain programs or systems. Some say so in words; others answer the rest as they would answer a
 * browser, with 403, 404 or a page, and only a first request by another name shows why.
 */

/** By what a gateway that refuses the rest knows Cisco's own client (openconnect(8), `--useragent`). */
const knownAgents = ['AnyConnect Windows 4.10.06079', 'Cisco AnyConnect VPN Agent for Windows 2.2.0133'];
const answersWithinMs = 3_000;
const maxBytes = 64 * 1024;

/** What a gateway's words say of this program or its system, as a failure; null where they say nothing of either. */
export function refusedByWords(words: string, host: string, agent: Agent): CausewayError | null {
  const code = refusesSystem(words) ? 'system-refused' : refusesClient(words) ? 'client-refused' : null;
  return code === null ? null : refusal(code, host, agent, words);
}

/**
 * Why a gateway of Cisco's kind that turned the first request down did so, where it is for who sent it: it is asked again,
 * by our own name, and where it shows no form then, by names that it may know, on this system and on Windows. No secret is
 * in any of these requests. Null: it is not that. Never rejects but with `cancelled`.
 */
export async function findClientRefusal(target: GatewayTarget, agent: Agent, signal: AbortSignal): Promise<CausewayError | null> {
  const host = shownAs(target);
  const ours = await knock(target, agent, signal);
  if (ours === null || ours.isForm) return null;
  const said = refusedByWords(ours.text, host, agent);
  if (said) return said;
  for (const system of agent.system === 'win' ? [agent.system] : [agent.system, 'win' as const]) {
    for (const userAgent of [agent.userAgent, ...knownAgents]) {
      if (userAgent === agent.userAgent && system === agent.system) continue;
      if ((await knock(target, { userAgent, system }, signal))?.isForm !== true) continue;
      return refusal(userAgent === agent.userAgent ? 'system-refused' : 'client-refused', host, agent, ours.text);
    }
  }
  return null;
}

function refusal(code: 'client-refused' | 'system-refused', host: string, { userAgent, system }: Agent, words: string): CausewayError {
  return fail(code, { host, agent: userAgent, system }, { detail: plainLine(words).trim().slice(0, 300) });
}

interface Answer {
  /** It goes on as a gateway does: a form, or what it wants before one. */
  isForm: boolean;
  /** What a person would read in it. */
  text: string;
}

/** The first request of a sign-in, as OpenConnect words it (`xmlpost_initial_req` of its `auth.c`). Null: it cannot be reached. */
async function knock(target: GatewayTarget, { userAgent, system }: Agent, signal: AbortSignal): Promise<Answer | null> {
  const host = shownAs(target);
  const path = target.profile.signInPath ?? '/';
  const address = `https://${host}${path}`.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const body =
    `<?xml version="1.0" encoding="UTF-8"?>\n<config-auth client="vpn" type="init"><version who="vpn">v9.21</version>` +
    `<device-id>${system}</device-id><group-access>${address}</group-access></config-auth>`;
  let isConnected = false;
  try {
    const socket = await connectTls(target, target.verifier, { signal, timeoutMs: answersWithinMs });
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
    const bound = { signal, ms: answersWithinMs, late: () => fail('gateway-silent', { host }), release: () => void request.destroy() };
    return await bounded<Answer>(bound, (done, failed) => {
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
    if (signal.aborted) throw fail('cancelled');
    // One that hangs up has answered
    return isConnected ? { isForm: false, text: '' } : null;
  }
}

const isForm = (text: string): boolean =>
  /^\s{0,20}<\?xml/.test(text) && /<(auth|client-cert-request|host-scan)[\s>/]/.test(text) && !/<error[\s>]/.test(text);

/** Without its marks: of a page, and of XML. */
const readable = (text: string): string =>
  text
    .slice(0, 4_000)
    .replaceAll(/<(style|script)\b[^<]*<\/\1>/gi, ' ')
    .replaceAll(/<[^<>]*>/g, ' ');
