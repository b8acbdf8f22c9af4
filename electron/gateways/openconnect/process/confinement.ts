import { parse } from 'node:path';
import { confineLinux, linuxGaps } from './confinement-linux.ts';

/**
 * A tunnel's process talks to a gateway for hours, so it gives up what it does not need before the first packet: its
 * environment, its folder, new privileges, other programs, and being read by other processes of the same user. What is
 * given up cannot be had back, so that such a process never serves a sign-in again.
 */
export function confine(): void {
  for (const name of Object.keys(process.env)) Reflect.deleteProperty(process.env, name);
  process.chdir(root);
  if (process.platform === 'linux') confineLinux();
}

/** What of it does not hold, as seen from inside. */
export function whatIsNotConfined(): string[] {
  return [
    ...(Object.keys(process.env).length === 0 ? [] : ['its environment is not empty']),
    ...(process.cwd() === root ? [] : [`its folder is ${process.cwd()}`]),
    ...(process.platform === 'linux' ? linuxGaps() : []),
  ];
}

const { root } = parse(process.execPath);
