import { isIP, type Socket } from 'node:net';

/** `done`, or why not: it wants a sign-in (or another one), it is no SOCKS5 server, or the number of its refusal (RFC 1928, 6). */
export type SocksReply = 'done' | 'sign-in' | 'no-socks' | number;

const noSignIn = 0;
const userAndPassword = 2;

/** Asks a SOCKS5 server for a connection (RFC 1928, sign-in by RFC 1929); the name is looked up there. Rejects when it hangs up. */
export async function speakSocks(
  socket: Socket,
  target: { host: string; port: number },
  signIn: { user: string; password: string } | null,
): Promise<SocksReply> {
  const methods = signIn ? [noSignIn, userAndPassword] : [noSignIn];
  socket.write(Buffer.from([5, methods.length, ...methods]));
  const [version, method] = await take(socket, 2);
  if (version !== 5) return 'no-socks';
  if (method === userAndPassword && signIn) {
    const [user, password] = [bytesOf(signIn.user), bytesOf(signIn.password)];
    socket.write(Buffer.from([1, user.length, ...user, password.length, ...password]));
    const [, status] = await take(socket, 2);
    if (status !== 0) return 'sign-in';
  } else if (method !== noSignIn) {
    return 'sign-in';
  }
  socket.write(Buffer.from([5, 1, 0, ...addressOf(target.host), target.port >> 8, target.port & 0xff]));
  const [replyVersion, reply = 1, , kind] = await take(socket, 4);
  if (replyVersion !== 5) return 'no-socks';
  if (reply !== 0) return reply;
  // Where it is bound is of no interest, and has to be read all the same
  const [length = 0] = kind === 3 ? await take(socket, 1) : [kind === 4 ? 16 : 4];
  await take(socket, length + 2);
  return 'done';
}

/** A SOCKS sign-in takes 255 bytes of each; one that is longer is no good there, cut or not. */
const bytesOf = (text: string): Buffer => Buffer.from(text).subarray(0, 255);

function addressOf(host: string): number[] {
  if (isIP(host) === 4) return [1, ...host.split('.').map(Number)];
  const name = [...Buffer.from(host, 'latin1')].slice(0, 255);
  return [3, name.length, ...name];
}

/** Exactly so many bytes; what comes after them stays in the socket. */
async function take(socket: Socket, count: number): Promise<Buffer> {
  for (;;) {
    const bytes: unknown = socket.read(count);
    if (Buffer.isBuffer(bytes) && bytes.length === count) return bytes;
    await new Promise<void>((resolve, reject) => {
      const settle = (act: () => void) => (): void => {
        socket.off('readable', ready).off('close', gone).off('end', gone);
        act();
      };
      const ready = settle(resolve);
      const gone = settle(() => reject(new Error('it hung up')));
      socket.once('readable', ready).once('close', gone).once('end', gone);
    });
  }
}
