/** One entry of a Windows access list. */
export interface AccessEntry {
  kind: 'allow' | 'deny' | 'unknown';
  /** It applies to objects created in the folder later, not to the folder. */
  inheritOnly: boolean;
  mask: number;
  sid: string | null;
}

/** The owner and the access list of a Windows object. */
export interface SecurityDescriptor {
  owner: string | null;
  /** Null: there is no list, so everybody may do everything. */
  entries: readonly AccessEntry[] | null;
}

/** The system, its administrators, and the owner of Windows's own files. SIDs, because names are translated. */
const system = 'S-1-5-18';
const administrators = 'S-1-5-32-544';
const trustedInstaller = 'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464';
const trustedOwners: readonly string[] = [system, administrators, trustedInstaller];

const daclPresent = 0x4;
const inheritOnly = 0x8;
const kinds: Readonly<Partial<Record<number, AccessEntry['kind']>>> = { 0: 'allow', 1: 'deny' };

/** Reads a self-relative security descriptor. Null: invalid. Pure. */
export function readSecurityDescriptor(bytes: Buffer): SecurityDescriptor | null {
  try {
    if (bytes.readUInt8(0) !== 1) return null;
    const [control, owner, dacl] = [bytes.readUInt16LE(2), bytes.readUInt32LE(4), bytes.readUInt32LE(16)];
    return {
      owner: owner === 0 ? null : readSid(bytes, owner),
      entries: (control & daclPresent) === 0 || dacl === 0 ? null : readEntries(bytes, dacl),
    };
  } catch {
    // It ends too early
    return null;
  }
}

function readEntries(bytes: Buffer, start: number): AccessEntry[] {
  const [size, count] = [bytes.readUInt16LE(start + 2), bytes.readUInt16LE(start + 4)];
  if (size < 8 || start + size > bytes.length) throw new RangeError('a list that is longer than what there is');
  const entries: AccessEntry[] = [];
  let at = start + 8;
  for (let each = 0; each < count; each += 1) {
    const length = bytes.readUInt16LE(at + 2);
    if (length < 8 || at + length > start + size) throw new RangeError('an entry that is longer than its list');
    // Conditional and object entries have the SID elsewhere. An unknown entry counts as access for everybody
    const kind = kinds[bytes.readUInt8(at)] ?? 'unknown';
    entries.push({
      kind,
      inheritOnly: (bytes.readUInt8(at + 1) & inheritOnly) !== 0,
      mask: bytes.readUInt32LE(at + 4),
      sid: kind === 'unknown' ? null : readSid(bytes, at + 8),
    });
    at += length;
  }
  return entries;
}

/** Reads a SID in Windows's notation: `S-1-5-32-544`. */
export function readSid(bytes: Buffer, at: number): string {
  const count = bytes.readUInt8(at + 1);
  if (bytes.readUInt8(at) !== 1 || count > 15) throw new RangeError('no SID');
  const parts = Array.from({ length: count }, (_, each) => bytes.readUInt32LE(at + 8 + 4 * each));
  return ['S-1', bytes.readUIntBE(at + 2, 6), ...parts].join('-');
}

/**
 * The position on a path: the object itself, its folder (where a program's libraries are found too), or a folder further up.
 * Further up, others may create objects, but must not be able to replace what is on the path.
 */
export type Place = 'itself' | 'holder' | 'above';

/** Delete, change the list, change the owner, everything. */
const replaces = 0x00010000 | 0x00040000 | 0x00080000 | 0x10000000;
/** In a folder: delete its contents, whoever owns them. */
const deletesWithin = 0x00000040;
/** Write, append (make files and folders), write attributes of both kinds, "write", "as much as there is". */
const writes = 0x00000002 | 0x00000004 | 0x00000010 | 0x00000100 | 0x40000000 | 0x02000000;

/** Whether administrators own an object and nobody else can change it. Ignores deny entries. Pure. */
export function onlyAdministratorsMayChange(
  { owner, entries }: SecurityDescriptor,
  place: Place,
  trusted: readonly string[] = trustedOwners,
): boolean {
  if (owner === null || !trusted.includes(owner) || entries === null) return false;
  const forbidden = replaces | deletesWithin | (place === 'above' ? 0 : writes);
  return entries.every(
    ({ kind, inheritOnly: later, mask, sid }) =>
      kind === 'deny' || later || (sid !== null && trusted.includes(sid)) || (kind === 'allow' && (mask & forbidden) === 0),
  );
}

/** Whether the system or its administrators own an object. Nobody else can make them the owner of something. Pure. */
export const isAdministrators = ({ owner }: SecurityDescriptor): boolean => owner === system || owner === administrators;

/**
 * Whether only the system, its administrators and that user may access an object, and nobody over the network. Its owner
 * must be the administrators, or that user (`owner`). Pure.
 */
export function isForOneUser(
  descriptor: SecurityDescriptor,
  user: string | null,
  owner: 'administrators' | 'user' = 'administrators',
): boolean {
  const { entries } = descriptor;
  const network = 'S-1-5-2';
  return (
    (owner === 'user' ? user !== null && descriptor.owner === user : isAdministrators(descriptor)) &&
    entries !== null &&
    entries[0]?.kind === 'deny' &&
    entries[0].sid === network &&
    entries.slice(1).every(({ kind, sid }) => kind === 'allow' && (sid === system || sid === administrators || sid === user))
  );
}

/** The same as SDDL. The right to connect and write includes creating another pipe instance of that name; that user may do so for their own. */
export function sddlForOneUser(user: string | null, owner: 'administrators' | 'user' = 'administrators'): string {
  if (user !== null && !/^S-1-\d{1,15}(-\d{1,10}){1,15}$/.test(user)) throw new RangeError('no SID');
  if (user === null && owner === 'user') throw new RangeError('nobody owns it');
  return `O:${owner === 'user' ? (user ?? '') : 'BA'}D:P(D;;FA;;;NU)(A;;FA;;;SY)(A;;FA;;;BA)${user === null ? '' : `(A;;FRFW;;;${user})`}`;
}

/** In a key of the registry: set a value, make a key, make a link, "write", "as much as there is" (winnt.h). */
const writesKey = 0x00000002 | 0x00000004 | 0x00000020 | 0x40000000 | 0x02000000;

/** CREATOR OWNER: whoever makes something in it. */
const creatorOwner = 'S-1-3-0';

/**
 * Whether administrators own a key of the registry and nobody else can change it or, by what keys in it inherit, those. Ignores
 * deny entries. Pure.
 */
export function onlyAdministratorsMayChangeKey(
  { owner, entries }: SecurityDescriptor,
  trusted: readonly string[] = trustedOwners,
): boolean {
  if (owner === null || !trusted.includes(owner) || entries === null) return false;
  return entries.every(
    ({ kind, inheritOnly: later, mask, sid }) =>
      kind === 'deny' ||
      (later && sid === creatorOwner) ||
      (sid !== null && trusted.includes(sid)) ||
      (kind === 'allow' && (mask & (replaces | writesKey)) === 0),
  );
}
