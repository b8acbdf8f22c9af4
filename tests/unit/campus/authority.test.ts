import { createPublicKey, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, expect, test } from 'vitest';
import { authorityFileName, openAuthority } from '../../../campus/authority.ts';

test('a certificate of an older campus, which lacks a name, is renewed with the same key', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'causeway-test-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const first = await openAuthority(directory);
  const file = join(directory, authorityFileName);
  const kept: unknown = JSON.parse(await readFile(file, 'utf8'));
  if (typeof kept !== 'object' || kept === null || !('portal' in kept)) throw new Error('the file has another form');
  // The portal's certificate has none of the services' names
  await writeFile(file, JSON.stringify({ ...kept, services: kept.portal }));

  const next = await openAuthority(directory);
  const renewed = new X509Certificate(next.services.cert);
  expect(next.pem).toBe(first.pem);
  expect(renewed.checkHost('login.campus.test')).toBe('login.campus.test');
  expect(renewed.publicKey.equals(createPublicKey(first.portal.key))).toBe(true);
  // Nothing is due any more
  expect(await openAuthority(directory)).toEqual(next);
});
