import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { atMost, sampleOf, type Part } from '../report.ts';

const here = (name: string): string => join(import.meta.dirname, name);

/** CPU of our own main process until it asks for its window: a process that runs ours, less one that runs nothing. */
export function startUpBench(rounds = 15): Promise<Part> {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-start-up-'));
  const at = (...names: string[]): string => join(folder, ...names);
  mkdirSync(at('node_modules', 'electron'), { recursive: true });
  copyFileSync(here('electron-stub.mjs'), at('node_modules', 'electron', 'index.mjs'));
  writeFileSync(
    at('node_modules', 'electron', 'package.json'),
    JSON.stringify({ name: 'electron', type: 'module', exports: './index.mjs' }),
  );
  for (const name of ['keytar', 'koffi']) symlinkSync(resolve('node_modules', name), at('node_modules', name));
  cpSync('dist', at('dist'), { recursive: true });
  copyFileSync(here('idle.mjs'), at('idle.mjs'));
  const cpu = (script: string): number => {
    const env = { ...process.env, CAUSEWAY_BENCH_USER_DATA: at('user-data') };
    return Number(execFileSync(process.execPath, [at(script)], { env, encoding: 'utf8', timeout: 30_000 }));
  };
  const ours: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(cpu('dist/main.mjs'));
    bare.push(cpu('idle.mjs'));
  }
  rmSync(folder, { recursive: true });
  const own = sampleOf(ours).median - sampleOf(bare).median;
  const row = {
    what: 'CPU of the main process until the window is asked for',
    unit: 'ms',
    samples: { 'Causeway': sampleOf(ours), 'Node alone': sampleOf(bare) },
    verdicts: [atMost(150, 'our own ≤ 150 ms', own, 'ms')],
  };
  return Promise.resolve({ name: 'Start-up', rows: [row] });
}
