import { randomBytes } from 'node:crypto';
import koffi from 'koffi';
import { systemLibrary } from '../../system/windows/libraries.ts';
import { nativeWith } from '../../system/windows/native.ts';
import type { SecurityDescriptor } from '../../system/windows/security-descriptor.ts';

/** PIPE_ACCESS_DUPLEX, FILE_FLAG_OVERLAPPED and FILE_FLAG_FIRST_PIPE_INSTANCE. */
const openMode = 0x3 | 0x40000000 | 0x00080000;
/** PIPE_TYPE_MESSAGE and PIPE_REJECT_REMOTE_CLIENTS; PIPE_READMODE_MESSAGE is for each end. */
const messages = 0x4 | 0x8;
const readMessages = 0x2;
/** GENERIC_READ and GENERIC_WRITE. */
const readAndWrite = 0xc0000000;
/** OPEN_EXISTING. */
const openExisting = 3;
/** FILE_FLAG_OVERLAPPED. */
const overlapped = 0x40000000;
/** Bytes that Windows holds for a reader before the writer has to wait. */
const buffered = { toLibrary: 256 * 1024, toUs: 1024 * 1024 } as const;
const none = -1;
/** ERROR_IO_PENDING. */
const ioPending = 997;
/** STATUS_PENDING: the operation goes on. */
const statusPending = 0x103;
/** A wait has a bound, and is renewed. */
const waitMs = 60_000;

/**
 * sizeof(OVERLAPPED) and the places of its members: `Internal` (the status), `InternalHigh` (the bytes) and `hEvent`
 * (https://learn.microsoft.com/windows/win32/api/minwinbase/ns-minwinbase-overlapped).
 */
const layout = { size: 32, status: 0, bytes: 8, event: 24 } as const;

/** The functions of kernel32 that a pipe needs. */
function loadCalls() {
  const kernel = systemLibrary(koffi, 'kernel32.dll');
  const number = (signature: string) => kernel.func(signature) as (...args: unknown[]) => number;
  const wait = kernel.func('uint32_t __stdcall WaitForMultipleObjects(uint32_t, void *, int, uint32_t)');
  return {
    createPipe: number('intptr_t __stdcall CreateNamedPipeW(str16, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, void *)'),
    createFile: number('intptr_t __stdcall CreateFileW(str16, uint32_t, uint32_t, void *, uint32_t, uint32_t, intptr_t)'),
    setMode: number('int __stdcall SetNamedPipeHandleState(intptr_t, void *, void *, void *)'),
    clientOf: number('int __stdcall GetNamedPipeClientProcessId(intptr_t, void *)'),
    serverOf: number('int __stdcall GetNamedPipeServerProcessId(intptr_t, void *)'),
    createEvent: number('intptr_t __stdcall CreateEventW(void *, int, int, void *)'),
    setEvent: number('int __stdcall SetEvent(intptr_t)'),
    read: number('int __stdcall ReadFile(intptr_t, void *, uint32_t, void *, void *)'),
    write: number('int __stdcall WriteFile(intptr_t, void *, uint32_t, void *, void *)'),
    cancel: number('int __stdcall CancelIoEx(intptr_t, void *)'),
    closeHandle: number('int __stdcall CloseHandle(intptr_t)'),
    lastError: number('uint32_t __stdcall GetLastError()'),
    /** In another thread. */
    wait: (count: number, handles: bigint, then: () => void): void => void wait.async(count, handles, 0, waitMs, then),
  };
}
let loaded: ReturnType<typeof loadCalls> | null = null;
const calls = () => (loaded ??= loadCalls());

/**
 * Memory that Windows writes to while our code runs. V8 never moves shared memory, and the collector keeps what is referenced
 * from here.
 */
export class SystemMemory {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  private readonly address: bigint;

  constructor(length: number) {
    const shared = new SharedArrayBuffer(length);
    [this.bytes, this.view] = [new Uint8Array(shared), new DataView(shared)];
    this.address = koffi.address(this.bytes);
  }

  /** The address of a byte. */
  at(offset: number): bigint {
    return this.address + BigInt(offset);
  }
}

/** How an operation stands. */
export type Progress = 'pending' | 'done' | 'failed';

/** One overlapped operation at a time, with an event of its own. */
export class Operation {
  readonly event: number;
  private readonly memory = new SystemMemory(layout.size);
  private started = false;

  constructor() {
    this.event = calls().createEvent(null, 1, 0, null);
    if (this.event === 0) throw failed('an event');
    this.memory.view.setBigUint64(layout.event, BigInt(this.event), true);
  }

  /** `ReadFile` or `WriteFile` of as many bytes at this address. */
  start(how: 'read' | 'write', pipe: number, address: bigint, length: number): Progress {
    const started = calls()[how](pipe, address, length, null, this.memory.at(0)) !== 0;
    this.started = started || calls().lastError() === ioPending;
    return this.started ? this.progress : 'failed';
  }

  get progress(): Progress {
    if (!this.started) return 'done';
    const status = this.memory.view.getUint32(layout.status, true);
    return status === statusPending ? 'pending' : status === 0 ? 'done' : 'failed';
  }

  /** How many bytes it moved. */
  get bytes(): number {
    return this.memory.view.getUint32(layout.bytes, true);
  }

  /** Call it when nothing is pending. */
  close(): void {
    calls().closeHandle(this.event);
  }
}

/** Waits for events in a thread of its own, and can be told to stop. */
export class Waiter {
  private readonly stopped = calls().createEvent(null, 1, 0, null);
  private readonly handles = new SystemMemory(16);
  private closed = false;
  private waiting = false;
  private whenClosed: () => void = () => undefined;

  /** Calls back once the event is set, or never if it is closed meanwhile. One at a time. */
  until(event: number, then: () => void): void {
    this.handles.view.setBigUint64(0, BigInt(event), true);
    this.handles.view.setBigUint64(8, BigInt(this.stopped), true);
    this.waiting = true;
    calls().wait(2, this.handles.at(0), () => {
      this.waiting = false;
      if (this.closed) this.free();
      else then();
    });
  }

  /** Stops waiting, and calls back once nothing waits for the event any more. */
  close(then: () => void): void {
    this.whenClosed = then;
    this.closed = true;
    calls().setEvent(this.stopped);
    if (!this.waiting) this.free();
  }

  private free(): void {
    calls().closeHandle(this.stopped);
    this.whenClosed();
  }
}

/** Both ends of a pipe that keeps the boundaries of messages. */
export interface PipePair {
  /** Ours, for overlapped operations. */
  readonly ours: number;
  /** The library's. */
  readonly theirs: number;
  readonly path: string;
}

/**
 * A named pipe with both ends in this process. Windows' anonymous pipes keep no boundaries and cannot be overlapped. The name
 * is random and new, only this user may open it, and nobody can once both ends are taken. Throws if Windows refuses, or if
 * somebody else has the other end.
 */
export function pipePair(): PipePair {
  const path = `\\\\.\\pipe\\causeway-packets-${randomBytes(16).toString('hex')}`;
  const system = nativeWith(koffi);
  const user = system.ownSid();
  const ours = system.withDescriptor(`O:${user}D:P(A;;GA;;;${user})`, (descriptor) => {
    // SECURITY_ATTRIBUTES: its size, the descriptor, and that no child inherits the handle
    const security = Buffer.alloc(24);
    security.writeUInt32LE(security.length, 0);
    security.writeBigUInt64LE(descriptor, 8);
    return calls().createPipe(path, openMode, messages | readMessages, 1, buffered.toLibrary, buffered.toUs, 0, security);
  });
  if (ours === none) throw failed('the pipe');
  const theirs = calls().createFile(path, readAndWrite, 0, null, openExisting, overlapped, 0);
  try {
    if (theirs === none) throw failed('its other end');
    if (!isPrivate(system.securityOfHandle(theirs), user)) throw new Error('others have access to the pipe for packets');
    if (!isOurProcess('clientOf', ours) || !isOurProcess('serverOf', theirs))
      throw new Error('another process has an end of the pipe for packets');
    if (calls().setMode(theirs, new Uint32Array([readMessages]), null, null) === 0) throw failed('its mode');
    return { ours, theirs, path };
  } catch (error) {
    for (const each of [ours, theirs]) if (each !== none) calls().closeHandle(each);
    throw error;
  }
}

/** Ends what is pending on our end, and closes it. The library's end then fails, and a write that waits there returns. */
export function closePipe(ours: number): void {
  calls().cancel(ours, null);
  calls().closeHandle(ours);
}

/** The user owns it, and nobody else has access. */
const isPrivate = (found: SecurityDescriptor | null, user: string): boolean =>
  found?.owner === user && found.entries?.every(({ kind, sid }) => kind === 'allow' && sid === user) === true;

function isOurProcess(end: 'clientOf' | 'serverOf', handle: number): boolean {
  const id = new Uint32Array(1);
  return calls()[end](handle, id) !== 0 && id[0] === process.pid;
}

const failed = (what: string): Error => new Error(`Windows does not give us ${what} for packets: error ${calls().lastError()}`);
