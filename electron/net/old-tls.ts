import type { Socket } from 'node:net';
import { fail, throwIfCancelled, type Failure } from '../../shared/failure.ts';
import { withDeadline } from './deadline.ts';
import { shownAs, type Endpoint } from './endpoint.ts';
import { connectPlain } from './tcp.ts';
import { connectVia } from './proxy/proxy.ts';
import { clientHello, readAnswer, type ServerAnswer } from './tls-hello.ts';

export type FindOldTls = (endpoint: Endpoint, signal: AbortSignal) => Promise<Failure | null>;

/** For name lookup, TCP and the server's hello together. There may be two attempts. */
const answerTimeoutMs = 4_000;
/** Alerts of RFC 5246 and RFC 7507 that mean a server supports nothing of what was offered. */
const nothingInCommon: readonly number[] = [40, 70, 71, 86];

/**
 * Why a server's TLS is too old for a sign-in. Null if it is not, or if that is unknown. Opens a connection of its own,
 * sends a hello and closes. TLS libraries treat old TLS differently (GnuTLS and BoringSSL accept it silently, OpenSSL gives
 * an obscure error), and none says whether renegotiation is safe. The server's hello does.
 *
 * Old means: TLS 1.1 or older (RFC 8996), TLS 1.2 without safe renegotiation (RFC 5746), or only 3DES and RC4.
 *
 * Rejects only with `cancelled`.
 */
export const findOldTls: FindOldTls = async (endpoint, signal) => {
  const old = (found: string): Failure => ({ code: 'old-tls', params: { host: shownAs(endpoint), found } });
  const answer = await ask(endpoint, false, signal);
  if (answer?.kind === 'hello') return verdict(answer, old);
  if (answer?.kind !== 'alert' || !nothingInCommon.includes(answer.alert)) return null;
  const again = await ask(endpoint, true, signal);
  return again?.kind === 'hello' ? (verdict(again, old) ?? old('3DES or RC4')) : null;
};

function verdict(
  { version, isRenegotiationSafe }: Extract<ServerAnswer, { kind: 'hello' }>,
  old: (found: string) => Failure,
): Failure | null {
  const minor = version - 0x0301;
  if (minor < 0) return old('SSL 3');
  if (minor < 2) return old(`TLS 1.${minor}`);
  return minor === 2 && !isRenegotiationSafe ? old('TLS 1.2 without safe renegotiation') : null;
}

/** @param everything also offer obsolete ciphers */
async function ask(endpoint: Endpoint, everything: boolean, signal: AbortSignal): Promise<ServerAnswer | null> {
  const until = performance.now() + answerTimeoutMs;
  const options = { signal, timeoutMs: answerTimeoutMs };
  const { via, loopbackPort } = endpoint;
  try {
    const socket = via && loopbackPort === undefined ? await connectVia(via, endpoint, options) : await connectPlain(endpoint, options);
    return await exchange(socket, clientHello(endpoint.host, everything), { signal, timeoutMs: Math.max(1, until - performance.now()) });
  } catch {
    throwIfCancelled(signal);
    return null; // the real connection will report the error
  }
}

/** Sends a hello and reads the answer. Null: the server hung up, or did not speak TLS. */
function exchange(socket: Socket, hello: Buffer, { signal, timeoutMs }: { signal: AbortSignal; timeoutMs: number }) {
  const release = (): void => void socket.destroy();
  return withDeadline<ServerAnswer | null>({ signal, ms: timeoutMs, late: () => fail('gateway-silent'), release }, (done) => {
    let received = Buffer.alloc(0);
    const settle = (answer: ServerAnswer | null): void => {
      release();
      done(answer);
    };
    socket.on('data', (bytes: Buffer) => {
      received = Buffer.concat([received, bytes]);
      const answer = readAnswer(received);
      if (answer !== 'more') settle(answer);
    });
    socket.on('error', () => settle(null));
    socket.on('close', () => settle(null));
    socket.write(hello);
  });
}
