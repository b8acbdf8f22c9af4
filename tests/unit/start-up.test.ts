import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { discard } from '../electron-double/chromium.ts';

/** Starts of the built app that go wrong, on the double as a process of its own. It runs from `dist/`: build first. */
const folder = mkdtempSync(path.join(os.tmpdir(), 'causeway-start-'));
afterAll(() => discard(folder));

interface Ended {
  code: number | null;
  /** What it said on stderr, boxes of the system's among it. */
  said: string;
}

/** Runs an app until it ends by itself. */
function run(entry: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const running = spawn(path.resolve('tests/electron-double/electron'), [entry, ...args], { env: { ...process.env, ...env } });
    let said = '';
    running.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    running.once('exit', (code) => resolve({ code, said }));
  });
}

/** A copy of the built app, but for some of its parts. */
function appWithout(name: string, ...missing: string[]): string {
  const root = path.join(folder, name);
  mkdirSync(root);
  cpSync('package.json', path.join(root, 'package.json'));
  cpSync('dist', path.join(root, 'dist'), { recursive: true, filter: (file) => !missing.includes(path.relative('dist', file)) });
  for (const each of ['node_modules', 'build']) symlinkSync(path.resolve(each), path.join(root, each));
  return path.join(root, 'dist', 'main.mjs');
}

test('a start that fails is logged, told in a sentence of ours, and ends with exit code 1', async () => {
  const userData = path.join(folder, 'fails');
  const { code, said } = await run(appWithout('no-page', 'renderer'), [`--user-data-dir=${userData}`]);
  expect(said).toContain('[error box] Causeway could not start: ');
  expect(said).toContain(`it is in ${path.join(userData, 'logs')}`);
  expect(said).not.toContain('A JavaScript error occurred');
  expect(code).toBe(1);
  expect(readFileSync(path.join(userData, 'logs', 'causeway.log'), 'utf8')).toMatch(/start failed: .*app:\/\/causeway/);
});
