import { isIP, type Socket } from 'node:net';
import { plainHost } from '../../trust/host.ts';
import type { ProxyReply, SignIn } from './http-connect.ts';

const noSignIn = 0;
const userAndPassword = 2;
const noneOfThese = 0xff;

const noSocks: ProxyReply = { noProxy: 'it speaks no SOCKS of this version' };

/** Asks a SOCKS5 server for a connection (RFC 1928, password by RFC 1929). The server resolves the name. Rejects if it hangs up. */
export async function speakSocks(socket: Socket, target: { host: string; port: number }, signIn: SignIn | null): Promise<ProxyReply> {
  const methods = signIn ? [noSignIn, userAndPassword] : [noSignIn];
  socket.write(Buffer.from([5, methods.length, ...methods]));
  const [version, method] = await take(socket, 2);
  if (version !== 5) return noSocks;
  if (method === userAndPassword && signIn) {
    const [user, password] = [bytesOf(signIn.user), bytesOf(signIn.password)];
    socket.write(Buffer.from([1, user.length, ...user, password.length, ...password]));
    const [, status] = await take(socket, 2);
    if (status !== 0) return 'sign-in';
  } else if (method === noneOfThese && signIn) {
    // Neither "no authentication" nor a password: the standard's only other method
    return { signsInBy: 'GSSAPI' };
  } else if (method !== noSignIn) {
    return 'sign-in';
  }
  socket.write(Buffer.from([5, 1, 0, ...addressOf(target.host), target.port >> 8, target.port & 0xff]));
  const [replyVersion, reply = 1, , kind] = await take(socket, 4);
  if (replyVersion !== 5) return noSocks;
  if (reply !== 0) return { refused: `SOCKS reply ${reply}`, code: reply };
  // The bound address is not needed, but must be read
  const [length = 0] = kind === 3 ? await take(socket, 1) : [kind === 4 ? 16 : 4];
  await take(socket, length + 2);
  return 'done';
}

/** Asks a SOCKS4 server for a connection. A name goes with an invalid address, so that the server resolves it (4a). SOCKS4 has a user name but no password. */
export async function speakSocks4(socket: Socket, target: { host: string; port: number }, signIn: SignIn | null): Promise<ProxyReply> {
  const { host, port } = target;
  const [address, name] =
    isIP(host) === 4
      ? [host.split('.').map(Number), []]
      : [
          [0, 0, 0, 1],
          [...bytesOf(host), 0],
        ];
  const user = [...bytesOf(signIn?.user ?? '')].filter((byte) => byte !== 0);
  socket.write(Buffer.from([4, 1, port >> 8, port & 0xff, ...address, ...user, 0, ...name]));
  const [version, reply = 0] = await take(socket, 8);
  if (version !== 0) return noSocks;
  if (reply === 92 || reply === 93) return { signsInBy: 'ident' };
  return reply === 90 ? 'done' : { refused: `SOCKS4 reply ${reply}` };
}

/** SOCKS takes at most 255 bytes for user and password. A longer one cannot work, cut off or not. */
const bytesOf = (text: string): Buffer => Buffer.from(text).subarray(0, 255);

function addressOf(host: string): number[] {
  if (isIP(host) === 4) return [1, ...host.split('.').map(Number)];
  if (isIP(host) === 6) return [4, ...bytesOfIpv6(host)];
  const name = [...Buffer.from(host, 'latin1')].slice(0, 255);
  return [3, name.length, ...name];
}

/** The 16 bytes of an IPv6 address. `plainHost` converts a dotted IPv4 part, and `::` is filled with zeros. */
function bytesOfIpv6(host: string): number[] {
  const spelled = plainHost(host.replace(/%.*$/, ''));
  const [left = '', right] = spelled.split('::');
  const groups = (text: string): number[] => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)));
  const [front, back] = [groups(left), groups(right ?? '')];
  const all = [...front, ...Array.from({ length: 8 - front.length - back.length }, () => 0), ...back];
  return all.flatMap((group) => [group >> 8, group & 0xff]);
}

/** Reads exactly `count` bytes. The rest stays in the socket. */
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
      const gone = settle(() => reject(new Error('the proxy closed the connection')));
      socket.once('readable', ready).once('close', gone).once('end', gone);
    });
  }
}
