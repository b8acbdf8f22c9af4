import { systemLibrary, type Koffi } from './libraries.ts';
import { loadKoffi } from './native.ts';
import { readSecurityDescriptor, type SecurityDescriptor } from './security-descriptor.ts';

/** HKEY_LOCAL_MACHINE and HKEY_CURRENT_USER (winreg.h), which are extended with their sign. */
const roots = { HKLM: -0x7ffffffe, HKCU: -0x7fffffff } as const;
export type RegistryRoot = keyof typeof roots;

/** A value. `other` is one of a kind that no policy has: binary, with variables to expand, or too large. */
export type RegistryValue =
  | { kind: 'number'; value: number }
  | { kind: 'text'; value: string }
  | { kind: 'texts'; value: readonly string[] }
  | { kind: 'other'; type: number };

/** One key: its values and the names of the keys in it. */
export interface RegistryKey {
  readonly values: ReadonlyMap<string, RegistryValue>;
  readonly keys: readonly string[];
}

/** KEY_READ and KEY_WOW64_64KEY. */
const readAccess = 0x20019 | 0x100;
/** RRF_RT_ANY and RRF_NOEXPAND: people choose what their variables hold. */
const anyUnexpanded = 0xffff | 0x10000000;
/** REG_SZ, REG_DWORD and REG_MULTI_SZ. */
const types = { text: 1, number: 4, texts: 7 } as const;
/** OWNER_SECURITY_INFORMATION and DACL_SECURITY_INFORMATION. */
const ownerAndDacl = 0x1 | 0x4;
/** REG_NOTIFY_CHANGE_NAME, _ATTRIBUTES, _LAST_SET and _SECURITY. */
const everyChange = 0xf;
const noMoreItems = 259;
const fileNotFound = 2;
/** The longest names that Windows allows, in characters, with their end. */
const maxValueName = 16_384;
const maxKeyName = 256;
const maxValueBytes = 1024 * 1024;
/** More than any policy has. */
const maxEntries = 500;
/** How often to look whether Windows has reported a change. */
const lookEveryMs = 1_000;

/** The registry of this computer, in its 64-bit view, to read and to watch. Throws on other systems. */
export function registry(): Promise<Registry> {
  return (loaded ??= loadKoffi().then((koffi) => new Registry(koffi)));
}
let loaded: Promise<Registry> | null = null;

export class Registry {
  private readonly openKey: (key: number, path: string, options: number, access: number, into: [number]) => number;
  private readonly closeKey: (key: number) => number;
  private readonly enumValue: (
    key: number,
    index: number,
    name: Buffer,
    length: [number],
    none: null,
    type: null,
    data: null,
    size: null,
  ) => number;
  private readonly enumKey: (
    key: number,
    index: number,
    name: Buffer,
    length: [number],
    none: null,
    type: null,
    size: null,
    time: null,
  ) => number;
  private readonly getValue: (
    key: number,
    path: null,
    name: string,
    flags: number,
    type: [number],
    data: Buffer | null,
    size: [number],
  ) => number;
  private readonly getSecurity: (key: number, what: number, into: Buffer, size: [number]) => number;
  private readonly notify: (key: number, deep: number, filter: number, event: number, later: number) => number;
  private readonly createEvent: (security: null, manual: number, initial: number, name: null) => number;
  private readonly closeHandle: (handle: number) => number;
  private readonly wait: (handle: number, ms: number) => number;

  constructor(koffi: Koffi) {
    const [kernel, advapi] = [systemLibrary(koffi, 'kernel32.dll'), systemLibrary(koffi, 'advapi32.dll')];
    this.openKey = advapi.func('int32_t __stdcall RegOpenKeyExW(intptr_t, str16, uint32_t, uint32_t, _Out_ intptr_t *)');
    this.closeKey = advapi.func('int32_t __stdcall RegCloseKey(intptr_t)');
    this.enumValue = advapi.func(
      'int32_t __stdcall RegEnumValueW(intptr_t, uint32_t, void *, _Inout_ uint32_t *, void *, void *, void *, void *)',
    );
    this.enumKey = advapi.func(
      'int32_t __stdcall RegEnumKeyExW(intptr_t, uint32_t, void *, _Inout_ uint32_t *, void *, void *, void *, void *)',
    );
    this.getValue = advapi.func(
      'int32_t __stdcall RegGetValueW(intptr_t, str16, str16, uint32_t, _Out_ uint32_t *, void *, _Inout_ uint32_t *)',
    );
    this.getSecurity = advapi.func('int32_t __stdcall RegGetKeySecurity(intptr_t, uint32_t, void *, _Inout_ uint32_t *)');
    this.notify = advapi.func('int32_t __stdcall RegNotifyChangeKeyValue(intptr_t, int, uint32_t, intptr_t, int)');
    this.createEvent = kernel.func('intptr_t __stdcall CreateEventW(void *, int, int, void *)');
    this.closeHandle = kernel.func('int __stdcall CloseHandle(intptr_t)');
    this.wait = kernel.func('uint32_t __stdcall WaitForSingleObject(intptr_t, uint32_t)');
  }

  /** A key with its values. Null: there is none. Throws with Windows's error number if it cannot be read. */
  read(root: RegistryRoot, path: string): RegistryKey | null {
    return this.within(root, path, (key) => ({
      values: new Map(this.names(this.enumValue, key, maxValueName).map((name) => [name, this.valueOf(key, name)])),
      keys: this.names(this.enumKey, key, maxKeyName),
    }));
  }

  /** The owner and the access list of a key. Null: there is no key, or they cannot be read. */
  securityOf(root: RegistryRoot, path: string): SecurityDescriptor | null {
    return this.within(root, path, (key) => {
      const [bytes, size]: [Buffer, [number]] = [Buffer.alloc(64 * 1024), [64 * 1024]];
      return this.getSecurity(key, ownerAndDacl, bytes, size) === 0 ? readSecurityDescriptor(bytes.subarray(0, size[0])) : null;
    });
  }

  /**
   * Calls back after a key, or anything below it, may have changed. If there is no key, watches for it in the nearest one above.
   * Windows signals an event; a timer looks at it, so that no thread waits. Returns a function that stops it.
   */
  watch(root: RegistryRoot, path: string, changed: () => void): () => void {
    const event = this.createEvent(null, 0, 0, null);
    let key = this.arm(root, path, event);
    const timer = setInterval(() => {
      if (key === null || this.wait(event, 0) !== 0) return;
      // Closing a key signals its event too
      this.closeKey(key);
      this.wait(event, 0);
      // Before the change is told: what changes from now on is another one
      key = this.arm(root, path, event);
      changed();
    }, lookEveryMs);
    timer.unref();
    return () => {
      clearInterval(timer);
      if (key !== null) this.closeKey(key);
      this.closeHandle(event);
    };
  }

  /** Lets Windows signal the event at the next change. Null: it cannot. */
  private arm(root: RegistryRoot, path: string, event: number): number | null {
    const key: [number] = [0];
    for (let from = path; from !== ''; from = from.slice(0, Math.max(0, from.lastIndexOf('\\')))) {
      if (this.openKey(roots[root], from, 0, readAccess, key) !== 0) continue;
      if (this.notify(key[0], from === path ? 1 : 0, everyChange, event, 1) === 0) return key[0];
      this.closeKey(key[0]);
      return null;
    }
    return null;
  }

  private within<T>(root: RegistryRoot, path: string, work: (key: number) => T): T | null {
    const key: [number] = [0];
    const error = this.openKey(roots[root], path, 0, readAccess, key);
    if (error === fileNotFound) return null;
    if (error !== 0) throw new Error(`Windows error ${error}`);
    try {
      return work(key[0]);
    } finally {
      this.closeKey(key[0]);
    }
  }

  private names(next: Registry['enumValue'], key: number, max: number): string[] {
    const names: string[] = [];
    const name = Buffer.alloc(max * 2);
    for (let index = 0; index < maxEntries; index += 1) {
      const length: [number] = [max];
      const error = next(key, index, name, length, null, null, null, null);
      if (error === noMoreItems) return names;
      if (error !== 0) throw new Error(`Windows error ${error}`);
      names.push(name.toString('utf16le', 0, length[0] * 2));
    }
    return names;
  }

  private valueOf(key: number, name: string): RegistryValue {
    const [type, size]: [[number], [number]] = [[0], [0]];
    if (this.getValue(key, null, name, anyUnexpanded, type, null, size) !== 0 || size[0] > maxValueBytes)
      return { kind: 'other', type: type[0] };
    // It may have grown since
    const data = Buffer.alloc(size[0] + 1024);
    size[0] = data.length;
    if (this.getValue(key, null, name, anyUnexpanded, type, data, size) !== 0) return { kind: 'other', type: type[0] };
    const bytes = data.subarray(0, size[0]);
    if (type[0] === types.number && bytes.length === 4) return { kind: 'number', value: bytes.readUInt32LE(0) };
    const lines = bytes.toString('utf16le').split('\0');
    if (type[0] === types.text) return { kind: 'text', value: lines[0] ?? '' };
    if (type[0] === types.texts) return { kind: 'texts', value: lines.filter((line) => line !== '') };
    return { kind: 'other', type: type[0] };
  }
}
