import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkTicket } from '../../../electron/tunnels/openconnect/ticket-line.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-ticket-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A program that says that it is this version of openconnect. */
async function openconnect(version: string): Promise<string> {
  const file = join(folder, 'openconnect');
  await writeFile(file, `#!/bin/sh\necho 'OpenConnect version ${version}'\n`);
  await chmod(file, 0o755);
  return file;
}
const check = (program: string, length: number) => () =>
  checkTicket(program, 'x'.repeat(length), 'vpn.campus.test', { PATH: '/usr/bin:/bin' });

describe.skipIf(process.platform === 'win32')('a ticket goes whole to openconnect or not at all', () => {
  it.each([
    ['v9.01-3', 1022, true],
    ['v9.01-3', 1100, false],
    ['v8.20', 1023, false],
    ['v9.12', 1100, true],
    ['v9.21', 4095, true],
    ['v9.21', 4096, false],
    ['v10.0', 2000, true],
    ['unknown', 2000, false],
  ])('a ticket for openconnect %s of %i bytes: %s', async (version, length, fits) => {
    const attempt = check(await openconnect(version), length);
    if (fits) expect(attempt).not.toThrow();
    else
      expect(attempt).toThrow(
        expect.objectContaining({
          failure: expect.objectContaining({ code: 'ticket-too-long', params: { host: 'vpn.campus.test' } }) as unknown,
        }) as Error,
      );
  });

  it('a program that does not report its version counts as an old one', () => {
    expect(check(join(folder, 'nowhere'), 1100)).toThrow('ticket-too-long');
  });
});
