import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Redactor } from '../../../electron/redaction/redactor.ts';
import { noteSteps } from '../../../electron/desktop/system/steps.ts';
import type { AppState } from '../../../shared/app-state.ts';
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

  it('the log has nothing that a gateway said to move a terminal’s cursor or to hide', () => {
    openLog(folder, redactor, () => 0).line('says \u001b]0;title\u0007\u001b[2J\u202eabc\u0000');
    expect(readLogs(folder)).toBe('1970-01-01T00:00:00.000Z says ]0;title[2Jabc\n');
  });

  it('the log continues where it stopped, in a bounded number of bounded files', () => {
    openLog(folder, redactor).line('first');
    const log = openLog(folder, redactor);
    for (let count = 0; count < 1_500; count++) log.line('x '.repeat(900));
    expect(readdirSync(folder).sort()).toEqual(['causeway.log', 'causeway.log.1', 'causeway.log.2']);
    for (const file of readdirSync(folder)) expect(statSync(join(folder, file)).size).toBeLessThanOrEqual(512 * 1024);
  });

  it.each([
    ['error', ['fault']],
    ['info', ['fault', 'usual']],
    ['debug', ['fault', 'usual', 'step']],
  ] as const)('the log at the level %s has what is wanted there and nothing more, from that moment on', (level, expected) => {
    const log = openLog(folder, redactor, () => 0);
    const written = (): string[] =>
      readFileSync(join(folder, 'causeway.log'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.slice(25));
    log.line('before the policy was read');
    log.debug('a step before it');
    log.setLevel(level);
    log.error('fault');
    log.line('usual');
    log.debug('step');
    expect(written()).toEqual(['before the policy was read', ...expected]);
  });

  it('the most detailed log is redacted as any other', () => {
    const log = openLog(folder, redactor, () => 0);
    log.setLevel('debug');
    log.debug('password: banyan-ferry-318');
    expect(readFileSync(join(folder, 'causeway.log'), 'utf8')).not.toContain('banyan');
  });

  it('the steps of a sign-in name states and kinds of questions, never what a question says', () => {
    const listeners: ((state: AppState) => void)[] = [];
    const steps: string[] = [];
    noteSteps({ onState: (listener) => (listeners.push(listener), () => undefined) }, (line) => steps.push(line));
    const tell = (access: unknown): void => {
      for (const listener of listeners) listener({ access } as AppState);
    };
    const prompt = { kind: 'passcode', text: 'Code for mei.chan' };
    for (const access of [{ kind: 'idle' }, { kind: 'idle' }, { kind: 'asking', prompt }, { kind: 'connected' }]) tell(access);
    expect(steps).toEqual(['access: idle', 'access: asking, passcode', 'access: connected']);
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
