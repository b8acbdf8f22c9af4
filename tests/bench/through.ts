import { Line } from './relay/line.ts';

/** Opens one stream through an HTTP proxy on loopback by CONNECT, like the portal view. */
export async function throughProxy(proxy: { port: number; authorization: string }, host: string, port: number): Promise<Line> {
  const line = await Line.connect(proxy.port);
  line.write(`CONNECT ${host}:${port} HTTP/1.1\r\nHost: ${host}:${port}\r\nProxy-Authorization: Basic ${proxy.authorization}\r\n\r\n`);
  const answer = (await line.read('HTTP/1.1 200 Connection established\r\n\r\n'.length)).toString('latin1');
  if (!answer.startsWith('HTTP/1.1 200 ')) throw new Error(answer);
  return line;
}

/** Opens one stream through a SOCKS5 port on loopback (RFC 1928) to an IPv4 address, as programs use with `ssh -D` and ocproxy. */
export async function throughSocks(socksPort: number, address: string, port: number): Promise<Line> {
  const line = await Line.connect(socksPort);
  line.write(Buffer.from([5, 1, 0]));
  await line.read(2);
  line.write(Buffer.from([5, 1, 0, 1, ...address.split('.').map(Number), port >> 8, port & 0xff]));
  const answer = await line.read(10);
  if (answer[1] !== 0) throw new Error(`SOCKS refused: ${answer[1]}`);
  return line;
}
