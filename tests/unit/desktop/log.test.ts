import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLog, redact } from '../../../electron/desktop/system/log.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'causeway-log-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the log', () => {
  it('the log has one line for each entry, and only its owner can read it', () => {
    const logs = join(folder, 'logs');
    openLog(logs, () => 0).line('a line\nand what pretends to be another');
    expect(readFileSync(join(logs, 'causeway.log'), 'utf8')).toBe('1970-01-01T00:00:00.000Z a line and what pretends to be another\n');
    expect(statSync(join(logs, 'causeway.log')).mode & 0o777).toBe(0o600);
    expect(statSync(logs).mode & 0o777).toBe(0o700);
  });

  it('the log continues where it stopped, in a bounded number of bounded files', () => {
    openLog(folder).line('first');
    const log = openLog(folder);
    for (let count = 0; count < 1_500; count++) log.line('x '.repeat(900));
    expect(readdirSync(folder).sort()).toEqual(['causeway.log', 'causeway.log.1', 'causeway.log.2']);
    for (const file of readdirSync(folder)) expect(statSync(join(folder, file)).size).toBeLessThanOrEqual(512 * 1024);
  });

  it('a log that cannot be written does not stop the app', () => {
    const log = openLog(join(folder, 'file-in-the-way', 'logs'));
    rmSync(join(folder, 'file-in-the-way'), { recursive: true });
    expect(() => log.line('lost')).not.toThrow();
  });
});

describe('redaction takes out', () => {
  it.each([
    ['a ticket', 'resumed with q8mJm2kA0rXv5m9eVd1lq8mJm2kA0rXv5m9eVd1lq8m', 'q8mJm2kA0rXv5m9eVd1l'],
    ['a header', 'sent Authorization: Bearer abc.def-ghi', 'abc.def'],
    ['a bearer token', 'sent bearer abc.def-ghi', 'abc.def'],
    ['a cookie', 'got set-cookie: __Host-session=short; Secure', 'short'],
    ['a password with blanks', '{"password": "my pass phrase"}', 'phrase'],
    ['a passcode', 'typed 482913', '482913'],
    ['a recovery passcode as read aloud', 'typed 482 913 555', '913'],
    ['the query of an address', 'loaded https://2fa.campus.test/one-time?t=abc#x', 'abc'],
    ['a TOTP key', 'secret=JBSWY3DP', 'JBSWY3DP'],
  ])('redaction removes %s', (_what, line, secret) => expect(redact(line)).not.toContain(secret));

  it.each(['a', 'a://', 'https://x.test/', 'token ', '12 ', '?', 'bearer '])('redaction removes megabytes of “%s” quickly', (piece) => {
    expect(redact(piece.repeat(1_000_000 / piece.length)).length).toBeGreaterThan(0);
  });

  it('redaction leaves what the help desk needs', () => {
    const line = 'portal: 2fa.campus.test:8443 did not load: tunnel-down ERR_TUNNEL_CONNECTION_FAILED (ticket-rejected, passcode-wrong)';
    expect(redact(line)).toBe(line);
  });
});
