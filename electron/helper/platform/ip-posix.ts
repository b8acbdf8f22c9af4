import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { cleanEnvironment } from '../../tunnels/openconnect/environment-posix.ts';

const ipPath = ['/usr/sbin/ip', '/sbin/ip', '/usr/bin/ip'].find((path) => existsSync(path)) ?? null;

/** Runs `ip` (iproute2) and resolves with its output. Rejects with its error. Does nothing if there is no `ip`, as on macOS. */
export async function ip(...args: string[]): Promise<string> {
  if (ipPath === null) return '';
  return (await promisify(execFile)(ipPath, args, { env: cleanEnvironment, timeout: 5_000, maxBuffer: 64 * 1024 * 1024 })).stdout;
}
