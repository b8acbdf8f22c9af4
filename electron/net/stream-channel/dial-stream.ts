import net, { type Socket } from 'node:net';
import { delay, onAbort } from '../../../shared/abort.ts';
import { isOwnFolder } from '../private-socket-posix.ts';
import { isAnsweredByUs } from '../private-socket-windows.ts';
import { abortReason, streamError } from '../stream-error.ts';
import { FramedStream } from './framed-stream.ts';
import { failureOfLine } from './frames.ts';

/** How long a new connection waits while many others are being accepted. */
const busyMs = 10;
/** `ok`, or a code and a sentence. */
const longestLine = 512;

/**
 * Opens a stream in the other process, which has been told to expect `token` (`newToken`). The owner of the path is checked
 * before the token is sent. Fails with the code with which the other process could not open the stream, as Node's own sockets
 * do; with `ENETDOWN` if the other process is gone; or with the signal's reason.
 */
export async function dialStream(path: string, token: string, signal: AbortSignal): Promise<FramedStream> {
  signal.throwIfAborted();
  if (process.platform !== 'win32' && !(await isOwnFolder(path))) throw gone(`${path} is not this user's`);
  const socket = await connect(path, signal);
  try {
    if (process.platform === 'win32' && !(await isAnsweredByUs(path))) throw gone(`${path} is not this user's`);
    socket.write(token);
    const line = await readLine(socket, signal);
    if (line === 'ok') return new FramedStream(socket);
    throw failureOfLine(line) ?? streamError('EPROTO', 'the process that carries the tunnel sent what is no answer');
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

const gone = (why: string): Error => streamError('ENETDOWN', `the process that carries the tunnel is not there: ${why}`);

async function connect(path: string, signal: AbortSignal): Promise<Socket> {
  for (;;) {
    const socket = net.connect({ path, allowHalfOpen: true });
    const error = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
      socket.once('connect', () => resolve(null));
      socket.once('error', resolve);
      const off = onAbort(signal, () => socket.destroy(abortReason(signal)));
      socket.once('close', off).once('connect', off);
    });
    if (!error) {
      socket.on('error', () => undefined);
      return socket;
    }
    signal.throwIfAborted();
    if (error.code !== 'EAGAIN') throw gone(error.message);
    await delay(busyMs, signal);
    signal.throwIfAborted();
  }
}

/** Reads one line and leaves what follows it. */
function readLine(socket: Socket, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0);
    const settle = (error: Error | null, line = ''): void => {
      off();
      socket.off('readable', onReadable).off('end', onGone).off('close', onGone);
      if (error) reject(error);
      else resolve(line);
    };
    const onGone = (): void => settle(gone('it closed the connection'));
    const onReadable = (): void => {
      const chunk: unknown = socket.read();
      if (!(chunk instanceof Buffer)) return;
      bytes = Buffer.concat([bytes, chunk]);
      const end = bytes.indexOf(10);
      if (end < 0 && bytes.length < longestLine) return;
      settle(null, bytes.toString('utf8', 0, Math.max(end, 0)));
      if (end + 1 < bytes.length) socket.unshift(bytes.subarray(end + 1));
    };
    const off = onAbort(signal, () => settle(abortReason(signal)));
    socket.on('readable', onReadable).once('end', onGone).once('close', onGone);
  });
}
