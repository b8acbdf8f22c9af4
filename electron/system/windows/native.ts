// As a namespace: the bundler adds a `createRequire` of its own
import * as modules from 'node:module';
import { dirname, join } from 'node:path';
import { isSea } from 'node:sea';
import { systemFolder, systemLibrary, type Koffi } from './libraries.ts';
import { readSecurityDescriptor, readSid, type SecurityDescriptor } from './security-descriptor.ts';

/** -1 means none. */
type Handle = number;

/** Windows functions that Node lacks. Throws on other systems. */
export function native(): Promise<Native> {
  return (loaded ??= loadKoffi().then((found) => new Native(found)));
}
let loaded: Promise<Native> | null = null;

/** The same, for code that has loaded koffi already. */
export const nativeWith = (koffi: Koffi): Native => new Native(koffi);

/** Loads koffi. A single executable cannot import it, so it loads the copy beside it (`build/helper.ts`) and no other. */
export async function loadKoffi(): Promise<Koffi> {
  if (!isSea()) return (await import('koffi')).default;
  // This file exports what the package's types declare
  return modules.createRequire(process.execPath)(join(dirname(process.execPath), 'koffi', 'indirect.cjs')) as Koffi;
}

const access = { readControl: 0x20000, writeDacl: 0x40000, writeOwner: 0x80000 } as const;
/** OWNER_SECURITY_INFORMATION and DACL_SECURITY_INFORMATION. */
const ownerAndDacl = 0x1 | 0x4;
/** FILE_SHARE_READ, FILE_SHARE_WRITE and FILE_SHARE_DELETE. */
const shareAll = 0x7;
/** OPEN_EXISTING. */
const openExisting = 3;
/** FILE_FLAG_BACKUP_SEMANTICS, which is needed to open folders. */
const openFolders = 0x02000000;
/** FILE_FLAG_OPEN_REPARSE_POINT of CreateFileW. */
const openLinkItself = 0x00200000;
/** SECURITY_SQOS_PRESENT and SECURITY_IDENTIFICATION: the server of a pipe learns who we are but cannot act as us. */
const identifyOnly = 0x00100000 | 0x00010000;
/** ERROR_FILE_NOT_FOUND. */
const fileNotFound = 2;
/** ERROR_PIPE_BUSY. */
const pipeBusy = 231;
/** How often to try a busy pipe, and how long to wait in between. */
const busyTimes = 5;
const busyWaitMs = 100;

class Native {
  private readonly createFile: (
    path: string,
    access: number,
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
  private readonly parseSddl: (sddl: string, revision: number, into: [unknown], size: [number]) => number;
  private readonly localFree: (memory: unknown) => unknown;
  private readonly waitForPipe: (path: string, ms: number) => number;
  private readonly openToken: (process: Handle, access: number, into: [Handle]) => number;
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
    this.parseSddl = advapi.func(
      'int __stdcall ConvertStringSecurityDescriptorToSecurityDescriptorW(str16, uint32_t, _Out_ void **, _Out_ uint32_t *)',
    );
    this.openToken = advapi.func('int __stdcall OpenProcessToken(intptr_t, uint32_t, _Out_ intptr_t *)');
    this.tokenFact = advapi.func('int __stdcall GetTokenInformation(intptr_t, int, void *, uint32_t, _Out_ uint32_t *)');
    this.isAdmin = shell.func('int __stdcall IsUserAnAdmin()');
  }

  /**
   * The owner and the access list of a file, a folder or a pipe. Null: it does not exist, or cannot be read.
   *
   * @param of for a link: its target, or the link itself
   */
  securityOf(path: string, of: 'target' | 'itself' = 'target'): SecurityDescriptor | null {
    const handle = this.open(path, access.readControl, of === 'itself' ? openLinkItself : 0);
    if (handle === null) return null;
    try {
      return this.securityOfHandle(handle);
    } finally {
      this.closeHandle(handle);
    }
  }

  /** The same for an open handle. */
  securityOfHandle(handle: Handle): SecurityDescriptor | null {
    const [bytes, needed]: [Buffer, [number]] = [Buffer.alloc(64 * 1024), [0]];
    if (this.getSecurity(handle, ownerAndDacl, bytes, bytes.length, needed) === 0) return null;
    return readSecurityDescriptor(bytes.subarray(0, needed[0]));
  }

  /** Whether anything of that name exists, even if we may not open it. */
  isThere(path: string): boolean {
    const handle = this.open(path, 0);
    if (handle === null) return this.lastError() !== fileNotFound;
    this.closeHandle(handle);
    return true;
  }

  /** Sets the owner and the access list of an object, given as SDDL. */
  setSecurityOf(path: string, sddl: string): void {
    this.withDescriptor(sddl, (descriptor) => {
      const handle = this.open(path, access.readControl | access.writeDacl | access.writeOwner);
      if (handle === null) throw new Error(`${path} cannot be opened: ${this.lastError()}`);
      try {
        if (this.setSecurity(handle, ownerAndDacl, descriptor) === 0)
          throw new Error(`the rights of ${path} cannot be changed: ${this.lastError()}`);
      } finally {
        this.closeHandle(handle);
      }
    });
  }

  /** Makes a security descriptor of SDDL, for as long as a function runs. */
  withDescriptor<T>(sddl: string, use: (descriptor: bigint) => T): T {
    const made: [unknown] = [null];
    if (this.parseSddl(sddl, 1, made, [0]) === 0) throw new Error(`Windows does not accept ${sddl}`);
    const [descriptor] = made;
    if (typeof descriptor !== 'bigint') throw new Error('no security descriptor');
    try {
      return use(descriptor);
    } finally {
      // Windows allocated it, and the caller must free it
      this.localFree(descriptor);
    }
  }

  /** The folder of Windows's own programs, from Windows itself, because environment variables can be forged. */
  systemFolder(): string {
    return systemFolder(this.koffi);
  }

  /** Whether this process has administrator rights. */
  isElevated(): boolean {
    return this.isAdmin() !== 0;
  }

  /** The SID of the current user. */
  ownSid(): string {
    const [thisProcess, queries, tokenUser] = [-1, 0x8, 1];
    const token: [Handle] = [0];
    if (this.openToken(thisProcess, queries, token) === 0) throw new Error(`the process token cannot be opened: ${this.lastError()}`);
    try {
      const user = Buffer.alloc(256);
      if (this.tokenFact(token[0], tokenUser, user, user.length, [0]) === 0)
        throw new Error(`the user of the process cannot be read: ${this.lastError()}`);
      // A pointer and flags, followed by the SID
      return readSid(user, 16);
    } finally {
      this.closeHandle(token[0]);
    }
  }

  private open(path: string, access: number, flags = 0): Handle | null {
    for (let left = busyTimes; left > 0; left -= 1) {
      const handle = this.createFile(path, access, shareAll, null, openExisting, openFolders | identifyOnly | flags, 0);
      if (handle !== -1) return handle;
      if (this.lastError() !== pipeBusy) return null;
      // Wait until the server is ready for another client. This blocks the thread, but not for long
      this.waitForPipe(path, busyWaitMs);
    }
    return null;
  }
}
