import { constants, fstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import koffi from 'koffi';

/** prctl(2) */
const prctl = { setDumpable: 4, getDumpable: 3, setNoNewPrivileges: 38 } as const;
/** seccomp(2): a filter for every thread of the process. */
const seccomp = { setModeFilter: 1, allThreads: 1 } as const;
const errno = { EPERM: 1, ENOSYS: 38 } as const;

/** Numbers of system calls (`asm/unistd.h`) and of the processor (`linux/audit.h`). Null: it has no such call. */
const numbers = {
  x64: { audit: 0xc000003e, seccomp: 317, execve: 59, execveat: 322, fork: 57, vfork: 58, clone: 56, clone3: 435, ptrace: 101 },
  arm64: { audit: 0xc00000b7, seccomp: 277, execve: 221, execveat: 281, fork: null, vfork: null, clone: 220, clone3: 435, ptrace: 117 },
} as const;

/** A processor that we do not ship for has no filter. */
const calls = process.arch === 'x64' || process.arch === 'arm64' ? numbers[process.arch] : null;
/** On x86-64, calls of its 32-bit addressing have this bit. */
const x32Bit = 0x4000_0000;
/** clone(2): the new task is a thread of this process. */
const cloneThread = 0x0001_0000;

/** Classic BPF (`linux/filter.h`, `linux/seccomp.h`). */
const op = { load: 0x20, jumpIfEqual: 0x15, jumpIfAtLeast: 0x35, jumpIfBits: 0x45, answer: 0x06 } as const;
const at = { call: 0, processor: 4, firstArgument: 16 } as const;
const allow = 0x7fff_0000;
const refuseWith = (code: number): number => 0x0005_0000 | code;

type Instruction = readonly [code: number, value: number, ifTrue?: number, ifFalse?: number];

/** Refuses other programs and processes, and everything of another processor's. Threads may start. */
function filterOf({ audit, execve, execveat, fork, vfork, clone, clone3, ptrace }: NonNullable<typeof calls>): Buffer {
  const refused = [execve, execveat, ptrace, ...(fork === null ? [] : [fork]), ...(vfork === null ? [] : [vfork])];
  const program: Instruction[] = [
    [op.load, at.processor],
    [op.jumpIfEqual, audit, 1, 0],
    [op.answer, refuseWith(errno.EPERM)],
    [op.load, at.call],
    ...(process.arch === 'x64'
      ? ([
          [op.jumpIfAtLeast, x32Bit, 0, 1],
          [op.answer, refuseWith(errno.EPERM)],
        ] as const)
      : []),
    ...refused.flatMap((call): Instruction[] => [
      [op.jumpIfEqual, call, 0, 1],
      [op.answer, refuseWith(errno.EPERM)],
    ]),
    // Its flags lie in memory, which a filter cannot read. Without it the C library uses clone
    [op.jumpIfEqual, clone3, 0, 1],
    [op.answer, refuseWith(errno.ENOSYS)],
    [op.jumpIfEqual, clone, 0, 3],
    [op.load, at.firstArgument],
    [op.jumpIfBits, cloneThread, 1, 0],
    [op.answer, refuseWith(errno.EPERM)],
    [op.answer, allow],
  ];
  const bytes = Buffer.alloc(program.length * 8);
  program.forEach(([code, value, ifTrue = 0, ifFalse = 0], index) => {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(ifTrue, index * 8 + 2);
    bytes.writeUInt8(ifFalse, index * 8 + 3);
    bytes.writeUInt32LE(value >>> 0, index * 8 + 4);
  });
  return bytes;
}

/** Throws if the system refuses. */
export function confineLinux(): void {
  const libc = koffi.load(null);
  const control = libc.func('int prctl(int, ulong, ulong, ulong, ulong)') as (...numbers: number[]) => number;
  if (control(prctl.setDumpable, 0, 0, 0, 0) !== 0) throw new Error('prctl refused to make it unreadable');
  if (control(prctl.setNoNewPrivileges, 1, 0, 0, 0) !== 0) throw new Error('prctl refused to forbid new privileges');
  if (!calls) return;
  const filter = filterOf(calls);
  koffi.struct('oc_filter_program', { length: 'ushort', filter: 'void *' });
  const call = libc.func('long syscall(long, ulong, ulong, oc_filter_program *)') as (...args: unknown[]) => number;
  const result = call(calls.seccomp, seccomp.setModeFilter, seccomp.allThreads, { length: filter.length / 8, filter });
  if (result !== 0) throw new Error(`seccomp refused the filter (${result})`);
}

/** What the process can still do in spite of that, checked from inside. */
export function linuxGaps(): string[] {
  const libc = koffi.load(null);
  const control = libc.func('int prctl(int, ulong, ulong, ulong, ulong)') as (...numbers: number[]) => number;
  const execve = libc.func('int execve(const char *, void *, void *)') as (file: string, args: null, env: null) => number;
  const gaps = control(prctl.getDumpable, 0, 0, 0, 0) === 0 ? [] : ['other processes can read its memory'];
  for (const task of readdirSync('/proc/self/task')) {
    const status = readFileSync(`/proc/self/task/${task}/status`, 'latin1');
    if (!/^NoNewPrivs:\s1$/m.test(status)) gaps.push('a thread may gain privileges');
    if (calls && !/^Seccomp:\s2$/m.test(status)) gaps.push('a thread has no filter');
  }
  // A file that is not there: without a filter, that would be the complaint
  if (calls && (execve('/nonexistent', null, null) !== -1 || koffi.errno() !== koffi.os.errno['EPERM'])) gaps.push('it can start programs');
  return [...gaps, ...strangeDescriptors()];
}

/** open(2): `O_ACCMODE` and what it is for reading alone. */
const [accessMode, readOnly] = [0o3, constants.O_RDONLY];
/** Kinds of descriptors that a new process of Node or Electron makes itself, or that lead to the app. */
const ownKinds = /^(?:anon_inode:|pipe:|socket:|\/dev\/(?:null|u?random|shm\/|pts\/)|\/memfd:)/;

/** Descriptors that were inherited: files that can be written, folders, and sockets to the network. */
function strangeDescriptors(): string[] {
  const inodes = networkSockets();
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    let target: string;
    let isHarmless: boolean;
    try {
      target = readlinkSync(`/proc/self/fd/${fd}`);
      const flags = parseInt(/^flags:\s(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1] ?? '0', 8);
      isHarmless = (flags & accessMode) === readOnly && !fstatSync(Number(fd)).isDirectory();
    } catch {
      // Closed in between: the one that lists this folder
      return [];
    }
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode !== undefined && inodes.has(inode)) return ['it has a connection to the network'];
    return ownKinds.test(target) || isHarmless ? [] : [`it has a file: ${target}`];
  });
}

/** The inodes of this network's TCP and UDP sockets (proc_pid_net(5)). */
function networkSockets(): Set<string> {
  const tables = ['tcp', 'tcp6', 'udp', 'udp6', 'raw', 'raw6'].map((name) => {
    try {
      return readFileSync(`/proc/self/net/${name}`, 'latin1');
    } catch {
      return '';
    }
  });
  return new Set(
    tables.flatMap((table) =>
      table
        .split('\n')
        .slice(1)
        .flatMap((line) => line.trim().split(/\s+/)[9] ?? []),
    ),
  );
}
