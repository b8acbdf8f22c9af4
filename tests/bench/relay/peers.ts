import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';

/** What people use instead: an OpenSSH dynamic forward and a pair of stunnels, as Debian ships them, with their own defaults. */
export interface Peers {
  socksPort: number;
  stunnelPort: number;
  /** Key and certificate of the stunnels' server, and the certificate alone. */
  keyFile: string;
  certificateFile: string;
  stop(): void;
}

export async function startPeers(folder: string, targetPort: number): Promise<Peers> {
  const children: ChildProcess[] = [];
  const stop = (): void => children.forEach((child) => void child.kill());
  // Whatever ends the bench ends them
  process.once('exit', stop);
  const run = (command: string, args: readonly string[]): void => {
    children.push(spawn(command, args, { stdio: 'ignore' }));
  };
  const [sshPort, socksPort, stunnelServer, stunnelPort] = [await freePort(), await freePort(), await freePort(), await freePort()];
  sshKeys(folder);
  mkdirSync('/run/sshd', { recursive: true });
  run('/usr/sbin/sshd', ['-D', '-q', '-f', sshdConfig(folder, sshPort)]);
  await answers(sshPort);
  run('ssh', sshArguments(folder, sshPort, socksPort));
  stunnelConfig(folder, 'server', ['client = no', `cert = ${folder}/stunnel.pem`], stunnelServer, targetPort);
  stunnelConfig(folder, 'client', ['client = yes', `CAfile = ${folder}/stunnel.crt`, 'verifyChain = yes'], stunnelPort, stunnelServer);
  run('stunnel', [join(folder, 'server.conf')]);
  run('stunnel', [join(folder, 'client.conf')]);
  await Promise.all([socksPort, stunnelServer, stunnelPort].map(answers));
  return { socksPort, stunnelPort, keyFile: join(folder, 'stunnel.pem'), certificateFile: join(folder, 'stunnel.crt'), stop };
}

function sshKeys(folder: string): void {
  for (const name of ['host', 'user']) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
}

function sshdConfig(folder: string, port: number): string {
  const file = join(folder, 'sshd_config');
  const lines = [
    'ListenAddress 127.0.0.1',
    `Port ${port}`,
    `HostKey ${folder}/host`,
    `AuthorizedKeysFile ${folder}/user.pub`,
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin prohibit-password',
    `PidFile ${folder}/sshd.pid`,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

function sshArguments(folder: string, port: number, socksPort: number): string[] {
  const options = [
    'StrictHostKeyChecking=no',
    `UserKnownHostsFile=${folder}/known_hosts`,
    'BatchMode=yes',
    'ExitOnForwardFailure=yes',
    'LogLevel=ERROR',
  ];
  const asked = options.flatMap((option) => ['-o', option]);
  return [
    '-F',
    'none',
    '-N',
    '-D',
    `127.0.0.1:${socksPort}`,
    '-i',
    `${folder}/user`,
    '-p',
    String(port),
    ...asked,
    `${userInfo().username}@127.0.0.1`,
  ];
}

function stunnelConfig(folder: string, name: 'server' | 'client', lines: readonly string[], accept: number, connect: number): void {
  if (name === 'server') {
    const subject = ['-subj', '/CN=localhost', '-days', '2'];
    const files = ['-keyout', join(folder, 'stunnel.key'), '-out', join(folder, 'stunnel.crt')];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', ...subject, ...files], {
      stdio: 'ignore',
    });
    const both = execFileSync('cat', [join(folder, 'stunnel.key'), join(folder, 'stunnel.crt')]);
    writeFileSync(join(folder, 'stunnel.pem'), both, { mode: 0o600 });
  }
  const service = ['[bench]', ...lines, `accept = 127.0.0.1:${accept}`, `connect = 127.0.0.1:${connect}`];
  const common = ['foreground = yes', 'pid =', 'debug = err', 'socket = l:TCP_NODELAY=1', 'socket = r:TCP_NODELAY=1'];
  writeFileSync(join(folder, `${name}.conf`), `${[...common, ...service].join('\n')}\n`);
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || !address) throw new Error('no port');
  return address.port;
}

/** Waits until something listens on a port of this computer. */
async function answers(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const socket = net.connect(port, '127.0.0.1');
    const there = await Promise.race([once(socket, 'connect').then(() => true), once(socket, 'error').then(() => false)]).catch(
      () => false,
    );
    socket.destroy();
    if (there) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nothing listens on ${port}`);
}
