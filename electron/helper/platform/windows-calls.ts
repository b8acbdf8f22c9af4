import { systemLibrary, type Koffi } from '../../system/windows/libraries.ts';
import { loadKoffi } from '../../system/windows/native.ts';
import { readSid } from '../../system/windows/security-descriptor.ts';

type Handle = number;

/** Windows functions that only the helper uses: users by name, processes, consoles. */
export function calls(): Promise<WindowsCalls> {
  return (loaded ??= loadKoffi().then((koffi) => new WindowsCalls(koffi)));
}
let loaded: Promise<WindowsCalls> | null = null;

const isPerson = 1;
const stillRunning = 259;
const queryLimitedInformation = 0x1000;

class WindowsCalls {
  private readonly lookupName: (
    computer: null,
    name: string,
    sid: Buffer,
    size: [number],
    domain: Buffer,
    length: [number],
    use: [number],
  ) => number;
  private readonly openProcess: (access: number, inherit: number, pid: number) => Handle;
  private readonly closeHandle: (handle: Handle) => number;
  private readonly exitCode: (handle: Handle, into: [number]) => number;
  private readonly times: (handle: Handle, created: Buffer, ended: Buffer, kernel: Buffer, user: Buffer) => number;
  private readonly imageName: (handle: Handle, flags: number, into: Buffer, size: [number]) => number;
  private readonly freeConsole: () => number;
  private readonly attachConsole: (pid: number) => number;
  private readonly ignoreInterrupts: (handler: null, add: number) => number;
  private readonly sendEvent: (event: number, group: number) => number;

  constructor(koffi: Koffi) {
    const [kernel, advapi] = [systemLibrary(koffi, 'kernel32.dll'), systemLibrary(koffi, 'advapi32.dll')];
    this.lookupName = advapi.func(
      'int __stdcall LookupAccountNameW(str16, str16, void *, _Inout_ uint32_t *, void *, _Inout_ uint32_t *, _Out_ uint32_t *)',
    );
    this.openProcess = kernel.func('intptr_t __stdcall OpenProcess(uint32_t, int, uint32_t)');
    this.closeHandle = kernel.func('int __stdcall CloseHandle(intptr_t)');
    this.exitCode = kernel.func('int __stdcall GetExitCodeProcess(intptr_t, _Out_ uint32_t *)');
    this.times = kernel.func('int __stdcall GetProcessTimes(intptr_t, void *, void *, void *, void *)');
    this.imageName = kernel.func('int __stdcall QueryFullProcessImageNameW(intptr_t, uint32_t, void *, _Inout_ uint32_t *)');
    this.freeConsole = kernel.func('int __stdcall FreeConsole()');
    this.attachConsole = kernel.func('int __stdcall AttachConsole(uint32_t)');
    this.ignoreInterrupts = kernel.func('int __stdcall SetConsoleCtrlHandler(void *, int)');
    this.sendEvent = kernel.func('int __stdcall GenerateConsoleCtrlEvent(uint32_t, uint32_t)');
  }

  /** The SID of the user with that name. Null: unknown, or not a person. */
  sidOf(name: string): string | null {
    const [sid, domain, use]: [Buffer, Buffer, [number]] = [Buffer.alloc(68), Buffer.alloc(1024), [0]];
    if (this.lookupName(null, name, sid, [sid.length], domain, [domain.length / 2], use) === 0) return null;
    return use[0] === isPerson ? readSid(sid, 0) : null;
  }

  /** When a process started, in the system's ticks. Null: it is gone. */
  startOf(pid: number): string | null {
    return this.ask(pid, (handle) => {
      const [created, other, code]: [Buffer, Buffer, [number]] = [Buffer.alloc(8), Buffer.alloc(8), [0]];
      if (this.exitCode(handle, code) === 0 || code[0] !== stillRunning) return null;
      return this.times(handle, created, other, other, other) === 0 ? null : String(created.readBigUInt64LE());
    });
  }

  /** The path of a process's program. */
  programOf(pid: number): string | null {
    return this.ask(pid, (handle) => {
      const [name, size]: [Buffer, [number]] = [Buffer.alloc(2048), [1024]];
      return this.imageName(handle, 0, name, size) === 0 ? null : name.toString('utf16le', 0, size[0] * 2);
    });
  }

  /** Sends Ctrl-C or Ctrl-Break to a process's console. This process leaves its own console for that. Returns whether it worked. */
  press(pid: number, key: 'ctrl-c' | 'ctrl-break'): boolean {
    this.freeConsole();
    // This process shares that console now, so make it ignore the event
    return this.attachConsole(pid) !== 0 && this.ignoreInterrupts(null, 1) !== 0 && this.sendEvent(key === 'ctrl-c' ? 0 : 1, 0) !== 0;
  }

  private ask<T>(pid: number, question: (handle: Handle) => T | null): T | null {
    const handle = this.openProcess(queryLimitedInformation, 0, pid);
    if (handle === 0) return null;
    try {
      return question(handle);
    } finally {
      this.closeHandle(handle);
    }
  }
}
