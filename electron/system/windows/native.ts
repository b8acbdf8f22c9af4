// Not by its name: bundles begin with one of that name
import * as modules from 'node:module';
import { dirname, join } from 'node:path';
import { isSea } from 'node:sea';
import { systemFolder, systemLibrary, type Koffi } from './libraries.ts';
import { readSecurityDescriptor, readSid, type SecurityDescriptor } from './security-descriptor.ts';

/** Windows has -1 for none. */
type Handle = number;

/** Calls of Windows's own, for what Node has no word for. Throws where this is not Windows. */
export function native(): Promise<Native> {
  return (loaded ??= loadKoffi().then((found) => new Native(found)));
}
let loaded: Promise<Native> | null = null;

/** Inside an executable there is no import: what it calls with stands beside it (`build/helper.ts`), and is looked for nowhere else. */
export async function loadKoffi(): Promise<Koffi> {
  if (!isSea()) return (await import('koffi')).default;
  // What the package exports, as its own types say
  return modules.createRequire(process.execPath)(join(dirname(process.execPath), 'koffi', 'indirect.cjs')) as Koffi;
}

const wants = { readControl: 0x20000, writeDacl: 0x40000, writeOwner: 0x80000 } as const;
const describes = 0x1 | 0x4;
const everybodyMayGoOn = 0x7;
const opensWhatIs = 3;
const opensFoldersToo = 0x02000000;
/** FILE_FLAG_OPEN_REPARSE_POINT of CreateFileW. */
const opensTheLink = 0x00200000;
/** Who made a pipe that we look at learns who we are, and cannot act as us. */
const lendsNothing = 0x00100000 | 0x00010000;
const isNotThere = 2;
const pipeIsBusy = 231;
/** A busy pipe is tried so often, with so long a wait in between. */
const busyTimes = 5;
const busyWaitMs = 100;

class Native {
  private readonly createFile: (
    path: string,
    want: number,
    share: number,
    security: null,
    how: number,
    flags: number,
    like: Handle,
  ) => Handle;
  private readonly closeHandle: (handle: Handle) => number;
  private readonly lastError: () => number;
  private readonly getSecurity: (handle: Handle, what: number, into: Buffer, size: number, needed: [number]) => number;
  private readonly setSecurity: (handle: Handle, what: number, descriptor: unknown) => number;
  private readonly fromWords: (words: string, revision: number, into: [unknown], size: [number]) => number;
  private readonly localFree: (memory: unknown) => unknown;
  private readonly waitForPipe: (path: string, ms: number) => number;
  private readonly openToken: (process: Handle, want: number, into: [Handle]) => number;
  private readonly tokenFact: (token: Handle, what: number, into: Buffer, size: number, needed: [number]) => number;
  private readonly isAdmin: () => number;

  constructor(private readonly koffi: Koffi) {
    const [kernel, advapi] = [systemLibrary(koffi, 'kernel32.dll'), systemLibrary(koffi, 'advapi32.dll')];
    const shell = systemLibrary(koffi, 'shell32.dll');
    this.createFile = kernel.func('intptr_t __stdcall CreateFileW(str16, uint32_t, uint32_t, void *, uint32_t, uint32_t, intptr_t)');
    this.closeHandle = kernel.func('int __stdcall CloseHandle(intptr_t)');
    this.lastError = kernel.func('uint32_t __stdcall GetLastError()');
    this.localFree = kernel.func('void * __stdcall LocalFree(void *)');
    this.waitForPipe = kernel.func('int __stdcall WaitNamedPipeW(str16, uint32_t)');
    this.getSecurity = advapi.func('int __stdcall GetKernelObjectSecurity(intptr_t, uint32_t, void *, uint32_t, _Out_ uint32_t *)');
    this.setSecurity = advapi.func('int __stdcall SetKernelObjectSecurity(intptr_t, uint32_t, void *)');
    this.fromWords = advapi.func(
      'int __stdcall ConvertStringSecurityDescriptorToSecurityDescriptorW(str16, uint32_t, _Out_ void **, _Out_ uint32_t *)',
    );
    this.openToken = advapi.func('int __stdcall OpenProcessToken(intptr_t, uint32_t, _Out_ intptr_t *)');
    this.tokenFact = advapi.func('int __stdcall GetTokenInformation(intptr_t, int, void *, uint32_t, _Out_ uint32_t *)');
    this.isAdmin = shell.func('int __stdcall IsUserAnAdmin()');
  }

  /**
   * Whose a file, a folder or a pipe is, and who may do what with it; null: it is not there, or does not say.
   *
   * @param of of a link: what it leads to, or the link itself
   */
  securityOf(path: string, of: 'target' | 'itself' = 'target'): SecurityDescriptor | null {
    const handle = this.open(path, wants.readControl, of === 'itself' ? opensTheLink : 0);
    if (handle === null) return null;
    try {
      const [bytes, needed]: [Buffer, [number]] = [Buffer.alloc(64 * 1024), [0]];
      if (this.getSecurity(handle, describes, bytes, bytes.length, needed) === 0) return null;
      return readSecurityDescriptor(bytes.subarray(0, needed[0]));
    } finally {
      this.closeHandle(handle);
    }
  }

  /** Whether there is anything of that name, be it open to us or not. */
  isThere(path: string): boolean {
    const handle = this.open(path, 0);
    if (handle === null) return this.lastError() !== isNotThere;
    this.closeHandle(handle);
    return true;
  }

  /** Gives a thing of ours to whom the words (SDDL) say. */
  setSecurityOf(path: string, words: string): void {
    const descriptor: [unknown] = [null];
    if (this.fromWords(words, 1, descriptor, [0]) === 0) throw new Error(`not understood: ${words}`);
    try {
      const handle = this.open(path, wants.readControl | wants.writeDacl | wants.writeOwner);
      if (handle === null) throw new Error(`${path} cannot be opened: ${this.lastError()}`);
      try {
        if (this.setSecurity(handle, describes, descriptor[0]) === 0) throw new Error(`${path} keeps its rights: ${this.lastError()}`);
      } finally {
        this.closeHandle(handle);
      }
    } finally {
      // Windows made it, and leaves it to whoever asked
      this.localFree(descriptor[0]);
    }
  }

  /** Where Windows's own programs are, as it says itself: an environment may be anybody's. */
  systemFolder(): string {
    return systemFolder(this.koffi);
  }

  /** Whether this process may do what administrators may. */
  isElevated(): boolean {
    return this.isAdmin() !== 0;
  }

  /** Who runs this process. */
  ownSid(): string {
    const [thisProcess, queries, tokenUser] = [-1, 0x8, 1];
    const token: [Handle] = [0];
    if (this.openToken(thisProcess, queries, token) === 0) throw new Error(`no token: ${this.lastError()}`);
    try {
      const user = Buffer.alloc(256);
      if (this.tokenFact(token[0], tokenUser, user, user.length, [0]) === 0) throw new Error(`nobody: ${this.lastError()}`);
      // A pointer, and flags; the SID that it points to follows
      return readSid(user, 16);
    } finally {
      this.closeHandle(token[0]);
    }
  }

  private open(path: string, want: number, flags = 0): Handle | null {
    for (let left = busyTimes; left > 0; left -= 1) {
      const handle = this.createFile(path, want, everybodyMayGoOn, null, opensWhatIs, opensFoldersToo | lendsNothing | flags, 0);
      if (handle !== -1) return handle;
      if (this.lastError() !== pipeIsBusy) return null;
      // Until whoever listens is ready for another one. This thread waits with it: not for long
      this.waitForPipe(path, busyWaitMs);
    }
    return null;
  }
}
