import { systemLibrary, type Koffi } from './libraries.ts';
import { loadKoffi } from './native.ts';

/** One network adapter of Windows. */
export interface Adapter {
  /** The driver's description, never translated: `TAP-Windows Adapter V9`. Node gives only the friendly name, which users can change. */
  description: string;
  /** The number of IANA's `ifType`: 6 Ethernet, 23 PPP, 24 loopback, 71 Wi-Fi, 131 tunnel. */
  type: number;
  /** Bytes through it so far. */
  received: number;
  sent: number;
}

/** Network adapters through Windows's own functions. Throws on other systems. */
export function adapters(): Promise<Adapters> {
  return (loaded ??= loadKoffi().then((koffi) => new Adapters(koffi)));
}
let loaded: Promise<Adapters> | null = null;

/**
 * Layout of an adapter's row (`MIB_IF_ROW2` in netioapi.h): its size, and the offsets that we read. A description has up to
 * 256 two-byte characters (`IF_MAX_STRING_SIZE`) and a terminating zero.
 */
const row = { size: 1352, luid: 0, description: 542, descriptionEnd: 1056, type: 1128, received: 1208, sent: 1280 } as const;

class Adapters {
  private readonly aliasToLuid: (alias: string, luid: Buffer) => number;
  private readonly ifEntry: (row: Buffer) => number;

  constructor(koffi: Koffi) {
    const ip = systemLibrary(koffi, 'iphlpapi.dll');
    this.aliasToLuid = ip.func('uint32_t __stdcall ConvertInterfaceAliasToLuid(str16, void *)');
    this.ifEntry = ip.func('uint32_t __stdcall GetIfEntry2(void *)');
  }

  /** The adapter with that friendly name, as in Node's `networkInterfaces`. Null: there is none. */
  named(alias: string): Adapter | null {
    const [entry, luid] = [Buffer.alloc(row.size), Buffer.alloc(8)];
    if (this.aliasToLuid(alias, luid) !== 0) return null;
    luid.copy(entry, row.luid);
    if (this.ifEntry(entry) !== 0) return null;
    return {
      description: entry.toString('utf16le', row.description, row.descriptionEnd).split('\0', 1)[0] ?? '',
      type: entry.readUInt32LE(row.type),
      received: Number(entry.readBigUInt64LE(row.received)),
      sent: Number(entry.readBigUInt64LE(row.sent)),
    };
  }
}
