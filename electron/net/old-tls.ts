import type { Socket } from 'node:net';
import { fail, type Failure } from '../../shared/failure.ts';
import { bounded } from './deadline.ts';
import { shownAs, type Endpoint } from './endpoint.ts';
import { connectPlain } from './tcp.ts';
import { connectVia } from './proxy/proxy.ts';
import { clientHello, readAnswer, type ServerAnswer } from './tls-hello.ts';

export type FindOldTls = (endpoint: Endpoint, signal: AbortSignal) => Promise<Failure | null>;

/** For name, TCP and the server's first words, each of the two times that it is asked. */
const answersWithinMs = 4_000;
/** Alerts of RFC 5246 and RFC 7507 by which a server says that it has nothing in common with what it was offered. */
const nothingInCommon: readonly number[] = [40, 70, 71, 86];

/**
 * Why a server's TLS is too old to be signed in to, or null where it is not, or where that cannot be told. A connection of
 * its own says hello and hangs up. What libraries make of old TLS differs (GnuTLS and BoringSSL go on in silence, OpenSSL
 * names a riddle), and none tells whether renegotiation is safe; the server's first words do, to all of them alike.
 *
 * Old is TLS 1.1 or older (RFC 8996); TLS 1.2 without safe renegotiation (RFC 5746); or nothing but 3DES and RC4.
 *
 * Never rejects but with `cancelled`.
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

/** @param everything offer what is out of use, too */
async function ask(endpoint: Endpoint, everything: boolean, signal: AbortSignal): Promise<ServerAnswer | null> {
  const until = performance.now() + answersWithinMs;
  const options = { signal, timeoutMs: answersWithinMs };
  const { via, loopbackPort } = endpoint;
  try {
    const socket = via && loopbackPort === undefined ? await connectVia(via, endpoint, options) : await connectPlain(endpoint, options);
    return await exchange(socket, clientHello(endpoint.host, everything), { signal, timeoutMs: Math.max(1, until - performance.now()) });
  } catch {
    if (signal.aborted) throw fail('cancelled');
    return null; // whoever connects next is told
  }
}

/** Null: it hung up, or what it says is no TLS. */
function exchange(socket: Socket, hello: Buffer, { signal, timeoutMs }: { signal: AbortSignal; timeoutMs: number }) {
  const release = (): void => void socket.destroy();
  return bounded<ServerAnswer | null>({ signal, ms: timeoutMs, late: () => fail('gateway-silent'), release }, (done) => {
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
