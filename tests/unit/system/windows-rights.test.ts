import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isAdministrators,
  isForOneUser,
  onlyAdministratorsMayChange,
  onlyAdministratorsMayChangeKey,
  readSecurityDescriptor,
  sddlForOneUser,
  type AccessEntry,
  type SecurityDescriptor,
} from '../../../electron/system/windows/security-descriptor.ts';

const system = 'S-1-5-18';
const administrators = 'S-1-5-32-544';
const trustedInstaller = 'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464';
const users = 'S-1-5-32-545';
const everybody = 'S-1-1-0';
const creatorOwner = 'S-1-3-0';
const mei = 'S-1-5-21-1-2-3-1001';

const full = 0x1f01ff;
const readAndRun = 0x1200a9;
const modify = 0x1301bf;

const entry = (sid: string, mask: number, more: Partial<AccessEntry> = {}): AccessEntry => ({
  kind: 'allow',
  inheritOnly: false,
  mask,
  sid,
  ...more,
});
const own = [entry(system, full), entry(administrators, full)];
const described = (entries: readonly AccessEntry[], owner = administrators): SecurityDescriptor => ({ owner, entries });

/** The bytes that Windows would hand out. */
function bytesOf({ owner, entries }: SecurityDescriptor): Buffer {
  const sid = (text: string): Buffer => {
    const [, , authority = '0', ...parts] = text.split('-');
    const head = Buffer.from([1, parts.length, 0, 0, 0, 0, 0, 0]);
    head.writeUIntBE(Number(authority), 2, 6);
    return Buffer.concat([head, ...parts.map((part) => le32(Number(part)))]);
  };
  const list = (entries ?? []).map(({ kind, inheritOnly, mask, sid: whose }) => {
    const body = sid(whose ?? everybody);
    const head = Buffer.alloc(8);
    head.writeUInt8(kind === 'allow' ? 0 : kind === 'deny' ? 1 : 9, 0);
    head.writeUInt8(inheritOnly ? 0x0b : 0x03, 1);
    head.writeUInt16LE(8 + body.length, 2);
    head.writeUInt32LE(mask, 4);
    return Buffer.concat([head, body]);
  });
  const ownerBytes = owner === null ? Buffer.alloc(0) : sid(owner);
  const dacl = Buffer.alloc(8);
  dacl.writeUInt8(2, 0);
  dacl.writeUInt16LE(8 + list.reduce((sum, each) => sum + each.length, 0), 2);
  dacl.writeUInt16LE(list.length, 4);
  const head = Buffer.alloc(20);
  head.writeUInt8(1, 0);
  head.writeUInt16LE(0x8000 | (entries === null ? 0 : 4), 2);
  head.writeUInt32LE(owner === null ? 0 : 20, 4);
  head.writeUInt32LE(entries === null ? 0 : 20 + ownerBytes.length, 16);
  return Buffer.concat([head, ownerBytes, ...(entries === null ? [] : [dacl, ...list])]);
}

function le32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

const sids = fc.constantFrom(system, administrators, trustedInstaller, users, everybody, creatorOwner, mei);
const entries = fc.record({
  kind: fc.constantFrom('allow' as const, 'deny' as const),
  inheritOnly: fc.boolean(),
  mask: fc.nat(0xffffffff),
  sid: sids,
});
const descriptors = fc.record({ owner: fc.option(sids), entries: fc.option(fc.array(entries, { maxLength: 8 })) });

describe('who may change a file of Windows', () => {
  test('Windows’ access rights are read from its bytes, whatever they hold', () => {
    fc.assert(
      fc.property(descriptors, (descriptor) => {
        expect(readSecurityDescriptor(bytesOf(descriptor))).toEqual(descriptor);
      }),
    );
  });

  test('truncated or empty access rights are null, and reading them never throws', () => {
    fc.assert(
      fc.property(descriptors, fc.nat(300), (descriptor, length) => {
        const bytes = bytesOf(descriptor);
        const read = readSecurityDescriptor(bytes.subarray(0, length));
        // What a cut leaves is what was there, or nothing: never more rights to trust in
        if (length < bytes.length && read) expect(read.entries === null || descriptor.entries === null).toBe(true);
      }),
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void readSecurityDescriptor(Buffer.from(bytes))));
    expect(readSecurityDescriptor(Buffer.alloc(0))).toBeNull();
    const empty = bytesOf({ owner: trustedInstaller, entries: [] });
    expect(readSecurityDescriptor(empty)).toEqual({ owner: trustedInstaller, entries: [] });
    for (let length = 0; length < empty.length; length++) expect(readSecurityDescriptor(empty.subarray(0, length))).toBeNull();
  });

  test('what Windows and an installer created belongs to the administrators alone', () => {
    const program = [entry(trustedInstaller, full), ...own, entry(users, readAndRun), entry('S-1-15-2-1', readAndRun)];
    for (const owner of [system, administrators, trustedInstaller])
      for (const place of ['itself', 'holder', 'above'] as const)
        expect(onlyAdministratorsMayChange(described(program, owner), place)).toBe(true);
  });

  test('others may add to a folder further up, as in C:\\ and ProgramData', () => {
    const programData = described([
      entry(creatorOwner, 0x10000000, { inheritOnly: true }),
      ...own,
      entry(users, 0x116),
      entry(users, readAndRun),
    ]);
    expect(onlyAdministratorsMayChange(programData, 'above')).toBe(true);
    // A file, or the folder that a program is in, is another matter
    expect(onlyAdministratorsMayChange(programData, 'holder')).toBe(false);
    expect(onlyAdministratorsMayChange(programData, 'itself')).toBe(false);
  });

  test.each([
    ['its owner is a person', described(own, mei), 'above'],
    ['it has no owner', { owner: null, entries: own }, 'above'],
    ['it has no list', { owner: system, entries: null }, 'above'],
    ['users may modify it', described([...own, entry(users, modify)]), 'above'],
    ['everybody may write', described([...own, entry(everybody, 0x2)]), 'itself'],
    ['everybody may add a library beside it', described([...own, entry(everybody, 0x4)]), 'holder'],
    ['users may delete what is in a folder above', described([...own, entry(users, 0x40)]), 'above'],
    ['a person may change its list', described([...own, entry(mei, 0x40000)]), 'above'],
    ['a person may take it', described([...own, entry(mei, 0x80000)]), 'above'],
    ['a person may do all', described([...own, entry(mei, 0x10000000)]), 'above'],
    ['a person may write, in the general word', described([...own, entry(mei, 0x40000000)]), 'itself'],
    ['it says something that is not understood', described([...own, { ...entry(mei, 0x1), kind: 'unknown', sid: null }]), 'above'],
    ['a person is denied it and allowed it', described([entry(mei, full, { kind: 'deny' }), ...own, entry(mei, full)]), 'itself'],
  ] as const)('a file does not belong to the administrators alone if %s', (_why, descriptor, place) => {
    expect(onlyAdministratorsMayChange(descriptor, place)).toBe(false);
  });

  test('one more entry, or a place closer to the object, is never judged less strictly', () => {
    fc.assert(
      fc.property(descriptors, entries, (descriptor, more) => {
        const wider = { ...descriptor, entries: descriptor.entries && [...descriptor.entries, more] };
        for (const place of ['itself', 'holder', 'above'] as const)
          if (onlyAdministratorsMayChange(wider, place)) expect(onlyAdministratorsMayChange(descriptor, place)).toBe(true);
        if (onlyAdministratorsMayChange(descriptor, 'itself')) expect(onlyAdministratorsMayChange(descriptor, 'above')).toBe(true);
      }),
    );
  });
});

describe('a pipe of the helper’s', () => {
  const network = entry('S-1-5-2', full, { kind: 'deny' });
  const theirs = described([network, ...own, entry(mei, 0x12019f)]);

  test('the helper’s pipe is for its one user, and not over the network', () => {
    expect(isForOneUser(theirs, mei)).toBe(true);
    expect(isForOneUser(described([network, ...own]), null)).toBe(true);
    expect(isForOneUser(theirs, 'S-1-5-21-1-2-3-1002')).toBe(false);
    expect(isForOneUser(theirs, null)).toBe(false);
    expect(isForOneUser(described([...own, entry(mei, full)]), mei)).toBe(false);
    expect(isForOneUser(described([network, ...own, entry(mei, full), entry(everybody, 1)]), mei)).toBe(false);
    expect(isForOneUser({ ...theirs, owner: mei }, mei)).toBe(false);
    expect(isForOneUser({ ...theirs, entries: null }, mei)).toBe(false);
  });

  test('the helper’s pipe is recognized by its owner, which nobody can fake', () => {
    expect(isAdministrators(theirs)).toBe(true);
    expect(isAdministrators({ ...theirs, owner: mei })).toBe(false);
    // A pipe that Wine's Node makes says nothing of its owner
    expect(isAdministrators({ owner: null, entries: null })).toBe(false);
  });

  test('the helper’s pipe is assigned by SID only', () => {
    expect(sddlForOneUser(mei)).toBe(`O:BAD:P(D;;FA;;;NU)(A;;FA;;;SY)(A;;FA;;;BA)(A;;FRFW;;;${mei})`);
    expect(sddlForOneUser(null)).not.toContain('FRFW');
    for (const wrong of ['mei', 'WD', 'S-1-5-21-1)(A;;GA;;;WD', '']) expect(() => sddlForOneUser(wrong), wrong).toThrow(/no SID/);
  });
});

test.each([
  ['as Group Policy makes it', described([...own, entry(mei, 0x20019), entry(creatorOwner, 0x10000000, { inheritOnly: true })]), true],
  ['people may set values', described([...own, entry(mei, 0x2001b)]), false],
  ['people may make keys in it', described([...own, entry(users, 0x2001d)]), false],
  ['people may change its list', described([...own, entry(mei, 0x60019)]), false],
  ['people may write keys that are made in it', described([...own, entry(mei, 0xf003f, { inheritOnly: true })]), false],
  ['a person owns it', described(own, mei), false],
  ['it has no list', { owner: system, entries: null }, false],
  ['an entry is of an unknown kind', described([...own, entry(mei, 0x1, { kind: 'unknown' })]), false],
])('whether only administrators may change a key of the registry: %s', (_why, descriptor, isTheirs) => {
  expect(onlyAdministratorsMayChangeKey(descriptor)).toBe(isTheirs);
});
