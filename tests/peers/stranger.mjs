// Runs as another user. Looks for a port, a socket or a secret of the user whose number is given, and tries each. Prints JSON.
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import net from 'node:net';
import { dirname } from 'node:path';

const uid = Number(process.argv[2]);
const attempt = (work) => {
  try {
    work();
    return 'allowed';
  } catch (error) {
    return error.code;
  }
};
const lines = (file) => readFileSync(file, 'utf8').trim().split('\n').slice(1);
/** State 0A: it listens. */
const ports = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) =>
  lines(file)
    .map((line) => line.trim().split(/\s+/))
    .filter((words) => words[3] === '0A' && Number(words[7]) === uid)
    .map((words) => words[1]),
);
const connect = (path) =>
  new Promise((resolve) => {
    const socket = net.connect({ path });
    socket.once('connect', () => resolve('allowed')).once('error', (error) => resolve(error.code));
    socket.once('connect', () => socket.destroy());
  });
const sockets = [];
for (const path of new Set(lines('/proc/net/unix').map((line) => line.split(/\s+/)[7] ?? '')))
  if (/causeway-/.test(path)) sockets.push({ path, connects: await connect(path), lists: attempt(() => readdirSync(dirname(path))) });
const processes = readdirSync('/proc')
  .filter((name) => /^\d+$/.test(name) && attempt(() => statSync(`/proc/${name}`)) === 'allowed')
  .filter((name) => Number(/^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1]) === uid)
  .map((pid) => ({
    pid: Number(pid),
    command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '),
    reads: Object.fromEntries([
      ...['environ', 'mem', 'maps', 'io', 'auxv'].map((file) => [file, attempt(() => readFileSync(`/proc/${pid}/${file}`).length)]),
      ['fd', attempt(() => readdirSync(`/proc/${pid}/fd`))],
      ['cwd', attempt(() => readlinkSync(`/proc/${pid}/cwd`))],
    ]),
    signals: attempt(() => process.kill(Number(pid), 0)),
  }));
console.log(JSON.stringify({ ports, sockets, processes }));
