import koffi from 'koffi';
import { systemLibrary } from '../../../system/windows/libraries.ts';

/** ProcessChildProcessPolicy, and its bit NoChildProcessCreation (https://learn.microsoft.com/windows/win32/api/winnt). */
const childProcesses = { policy: 13, none: 1 } as const;

/** Windows' own libraries look for their parts by it, for instance Winsock when a socket is made. */
const neededNames: readonly string[] = ['SYSTEMROOT'];

/** Whether Windows needs this variable of the environment. It holds nothing of the person's. */
export const isNeededByWindows = (name: string): boolean => neededNames.includes(name.toUpperCase());

/** Lets this process start no other, for good. False: Windows refused. Windows 10, version 1709, is the first that knows it. */
export function forbidProgramsOnWindows(): boolean {
  const set = systemLibrary(koffi, 'kernel32.dll').func('int __stdcall SetProcessMitigationPolicy(int, void *, size_t)');
  const flags = new Uint32Array([childProcesses.none]);
  return set(childProcesses.policy, flags, flags.byteLength) !== 0;
}
