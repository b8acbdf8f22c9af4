import { expect, test } from 'vitest';
import { bootId } from '../../../electron/helper/platform/boot-posix.ts';

const id = '4F2E9B1C-53B0-4A35-9C51-0D9B6C7E5A10';
const never = (): never => {
  throw new Error('not asked');
};

test('on macOS the boot’s id comes from sysctl, called by its full path', () => {
  const asked: string[][] = [];
  const program = (path: string, args: readonly string[]): string => {
    asked.push([path, ...args]);
    return `${id}\n`;
  };
  expect(bootId('darwin', { file: never, program })).toBe(id);
  expect(asked).toEqual([['/usr/sbin/sysctl', '-n', 'kern.bootsessionuuid']]);
});

test('an invalid boot id, or no answer, is unknown', () => {
  expect(bootId('darwin', { file: never, program: () => 'sysctl: unknown oid' })).toBe('unknown');
  expect(bootId('darwin', { file: never, program: never })).toBe('unknown');
  expect(bootId('linux', { file: never, program: never })).toBe('unknown');
});

test.skipIf(process.platform !== 'linux')('on Linux the boot’s id is the same each time', () => {
  expect(bootId()).toMatch(/^[0-9a-f-]{36}$/);
  expect(bootId()).toBe(bootId());
});
