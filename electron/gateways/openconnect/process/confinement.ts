import { parse } from 'node:path';
import { confineLinux, linuxGaps } from './confinement-linux.ts';
import { forbidProgramsOnWindows, isNeededByWindows } from './confinement-windows.ts';

/**
 * A tunnel's process talks to a gateway for hours, so it gives up what it does not need before the first packet: its
 * environment, its folder, new privileges, starting programs, and being readable for other processes of the same user. It
 * cannot get these back, so such a process never serves a sign-in again.
 */
export function confine(): void {
  for (const name of notNeeded()) Reflect.deleteProperty(process.env, name);
  process.chdir(root);
  if (process.platform === 'linux') confineLinux();
  if (process.platform === 'win32') startsNoPrograms = forbidProgramsOnWindows();
}

/** What the process can still do in spite of that, checked from inside. Empty: it is confined. */
export function whatIsNotConfined(): string[] {
  return [
    ...(notNeeded().length === 0 ? [] : ['its environment is not empty']),
    ...(process.cwd() === root ? [] : [`its folder is ${process.cwd()}`]),
    ...(process.platform === 'linux' ? linuxGaps() : []),
    ...(process.platform === 'win32' && !startsNoPrograms ? ['it can start programs'] : []),
  ];
}

const { root } = parse(process.execPath);
let startsNoPrograms = false;

const notNeeded = (): string[] => Object.keys(process.env).filter((name) => process.platform !== 'win32' || !isNeededByWindows(name));
