import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Redactor } from '../../../electron/redaction/redactor.ts';
import { openLog, readLogs } from '../../../electron/desktop/system/log.ts';

const redactor = new Redactor();
let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'causeway-log-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the log', () => {
  it('the log has one line for each entry, and only its owner can read it', () => {
    const logs = join(folder, 'logs');
    openLog(logs, redactor, () => 0).line('a line\nand what pretends to be another');
    expect(readFileSync(join(logs, 'causeway.log'), 'utf8')).toBe('1970-01-01T00:00:00.000Z a line and what pretends to be another\n');
    expect(statSync(join(logs, 'causeway.log')).mode & 0o777).toBe(0o600);
    expect(statSync(logs).mode & 0o777).toBe(0o700);
  });

  it('the log continues where it stopped, in a bounded number of bounded files', () => {
    openLog(folder, redactor).line('first');
    const log = openLog(folder, redactor);
    for (let count = 0; count < 1_500; count++) log.line('x '.repeat(900));
    expect(readdirSync(folder).sort()).toEqual(['causeway.log', 'causeway.log.1', 'causeway.log.2']);
    for (const file of readdirSync(folder)) expect(statSync(join(folder, file)).size).toBeLessThanOrEqual(512 * 1024);
  });

  it('a log that cannot be written does not stop the app', () => {
    const log = openLog(join(folder, 'file-in-the-way', 'logs'), redactor);
    rmSync(join(folder, 'file-in-the-way'), { recursive: true });
    expect(() => log.line('lost')).not.toThrow();
  });

  it('the next run numbers its stand-ins on from those that the log has', () => {
    openLog(folder, new Redactor()).line('from 10.0.0.1 and 10.0.0.2 to evil.example');
    const next = openLog(folder, new Redactor(() => readLogs(folder)));
    next.line('from 10.9.9.9 to bad.example');
    expect(readLogs(folder)).toMatch(/from address-1 and address-2 to host-1\n.*from address-3 to host-2\n/);
  });
});
