import { writeSync } from 'node:fs';
import { systemLibrary, type Koffi } from '../../../system/windows/libraries.ts';

/**
 * What the library does when it reads this from its command pipe (`OC_CMD_*` in `openconnect.h`): `x` ends what it is doing,
 * and the session with it; `d` ends the tunnel and keeps the session; `p` pauses the tunnel, so that it connects anew; `s`
 * tells the traffic to a handler that we do not set, so it only wakes the library.
 */
export type PipeCommand = 'x' | 'd' | 'p' | 's';

/** Writes a command to the library's pipe, without blocking. False: it cannot be written to. */
export type SendCommand = (pipe: number, command: PipeCommand) => boolean;

/**
 * A function that writes to command pipes, from any thread. On Windows such a pipe is a socket, which Node cannot write to.
 */
export function commandSender(koffi: Koffi): SendCommand {
  if (process.platform !== 'win32') return writeCommand;
  const send = systemLibrary(koffi, 'ws2_32.dll').func('int __stdcall send(uintptr_t, void *, int, int)');
  return (pipe, command) => send(pipe, Buffer.from(command), 1, 0) === 1;
}

function writeCommand(pipe: number, command: PipeCommand): boolean {
  try {
    return writeSync(pipe, command) === 1;
  } catch {
    return false;
  }
}
