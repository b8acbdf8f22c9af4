import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import type { Ocserv } from '../../peers/gateways/ocserv.ts';
import { grantFor } from '../../peers/sign-in.ts';

/** openconnect with ocproxy, as a person starts them by hand. From loopback it resolves once ocproxy listens. */
export async function startPlain(lab: Ocserv, user: string, from: 'loopback' | 'client'): Promise<{ port: number; stop(): Promise<void> }> {
  const grant = await grantFor(lab, user, from);
  const port = await freePort();
  const args = [
    '--protocol=anyconnect',
    '--cookie-on-stdin',
    '--non-inter',
    `--servercert=${grant.serverPin}`,
    '--script-tun',
    '--script',
    `ocproxy -D ${port} -k 30`,
    ...(from === 'loopback' ? [`--resolve=${lab.host}:127.0.0.1`] : []),
    from === 'loopback' ? lab.gatewayUrl : `https://${lab.host}/`,
  ];
  const inClient = from === 'client' && lab.client ? lab.client.inside : [];
  const [command = 'openconnect', ...rest] = [...inClient, 'openconnect', ...args];
  const child: ChildProcess = spawn(command, rest, { stdio: ['pipe', 'ignore', 'ignore'] });
  child.stdin?.end(`${grant.cookie}\n`);
  // In the client's namespace the port cannot be checked from here. Its first user finds out
  while (from === 'loopback' && !(await listens(port))) await new Promise((resolve) => setTimeout(resolve, 50));
  return {
    port,
    async stop() {
      if (child.exitCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGINT');
      await gone;
    },
  };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
