import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { OpenConnectGrant } from '../../electron/gateways/gateway.ts';
import type { Ocserv } from './gateways/ocserv.ts';
import { agentFor } from '../../shared/user-agent.ts';

/**
 * Signs in with the `openconnect` command and returns what a tunnel needs. For tests of tunnels, which are not about
 * signing in. `from` says which side the tunnel will be on.
 */
export async function grantFor(lab: Ocserv, user = 'alice', from: 'loopback' | 'client' = 'loopback'): Promise<OpenConnectGrant> {
  const url = from === 'loopback' ? lab.gatewayUrl : `https://${lab.host}/`;
  const args = ['--protocol=anyconnect', `--user=${user}`, '--passwd-on-stdin', '--authenticate', `--servercert=pin-sha256:${lab.pin}`];
  const child =
    from === 'loopback' || !lab.client
      ? spawn('openconnect', [...args, `--resolve=${lab.host}:127.0.0.1`, url])
      : lab.client.spawn('openconnect', [...args, url]);
  const { stdin, stdout, stderr } = child;
  if (!stdin || !stdout || !stderr) throw new Error('no pipes');
  // One that ended early is judged by its output
  stdin.on('error', () => undefined);
  stdin.end(`${lab.user(user).password}\n${lab.codeFor(user)}\n`);
  const [output, complaint] = await Promise.all([text(stdout), text(stderr), once(child, 'close')]);
  const cookie = /^COOKIE='(.*)'$/m.exec(output)?.[1];
  const connectUrl = /^CONNECT_URL='(.*)'$/m.exec(output)?.[1];
  if (cookie === undefined || connectUrl === undefined) throw new Error(`openconnect did not sign in:\n${complaint}`);
  return {
    kind: 'openconnect',
    protocol: 'anyconnect',
    endpoint: from === 'loopback' ? { host: lab.host, port: 443, loopbackPort: lab.port } : { host: lab.host, port: 443 },
    cookie,
    connectUrl,
    agent: agentFor('linux'),
    serverPin: `pin-sha256:${lab.pin}`,
    address: from === 'loopback' ? '127.0.0.1' : lab.address,
    idleSeconds: null,
    expiresAt: null,
    udp: true,
    keepAlive: 'without-limit',
  };
}
