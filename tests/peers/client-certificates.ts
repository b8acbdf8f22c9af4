import { execFile } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Issued } from '../support/issuer.ts';

/** A key encrypted with a passphrase, PEM. */
export function encryptedKey(keyPem: string, passphrase: string): string {
  return createPrivateKey(keyPem).export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }).toString();
}

/** Certificate and key in one file as browsers export them. */
export async function pkcs12({ pem, keyPem }: Issued, passphrase: string): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'cw-p12-'));
  try {
    writeFileSync(join(folder, 'in.pem'), pem + keyPem);
    writeFileSync(join(folder, 'phrase'), passphrase);
    const args = ['pkcs12', '-export', '-in', 'in.pem', '-out', 'out.p12', '-passout', 'file:phrase'];
    await promisify(execFile)('openssl', args, { cwd: folder });
    return readFileSync(join(folder, 'out.p12'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
