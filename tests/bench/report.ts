import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** The figures of one contender over the rounds of one run. */
export interface Sample {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** One of our targets, and whether this run met it. `figure` is a ratio of medians, or a plain number in `unit`. */
export interface Verdict {
  readonly target: string;
  readonly figure: number;
  readonly unit: string;
  readonly met: boolean;
}

export interface Row {
  readonly what: string;
  readonly unit: string;
  /** By contender: Causeway, what people use instead, and a limit that neither can beat. */
  readonly samples: Readonly<Record<string, Sample>>;
  readonly verdicts: readonly Verdict[];
}

export interface Part {
  readonly name: string;
  readonly rows: readonly Row[];
}

export function sampleOf(values: readonly number[]): Sample {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return {
    median: sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2,
    least: sorted[0] ?? NaN,
    most: sorted.at(-1) ?? NaN,
  };
}

export const atLeast = (limit: number, target: string, figure: number): Verdict => ({ target, figure, unit: '×', met: figure >= limit });
export const atMost = (limit: number, target: string, figure: number, unit = '×'): Verdict => ({
  target,
  figure,
  unit,
  met: figure <= limit,
});

/** A part's table as Markdown, ready to paste into a document. */
export function tableOf({ name, rows }: Part): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row.samples)))];
  const head = [`| ${name} | ${columns.join(' | ')} | Target: measured |`, `|---|${columns.map(() => '--:|').join('')}---|`];
  const lines = rows.map((row) => {
    const cells = columns.map((column) => cell(row.samples[column]));
    return `| ${row.what}, ${row.unit} | ${cells.join(' | ')} | ${row.verdicts.map(verdictText).join('<br>')} |`;
  });
  return [...head, ...lines].join('\n');
}

function cell(sample: Sample | undefined): string {
  if (!sample) return '';
  return sample.least === sample.most ? figure(sample.median) : `${figure(sample.median)} (${figure(sample.least)}–${figure(sample.most)})`;
}

function verdictText(verdict: Verdict): string {
  const unit = verdict.unit === '×' ? ' ×' : ` ${verdict.unit}`;
  return `${verdict.target}: **${figure(verdict.figure)}${unit}**${verdict.met ? '' : ', missed'}`;
}

function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** Writes everything as JSON, with the machine and the start time. */
export function writeJson(file: string, parts: readonly Part[], startedAt: Date): void {
  const machine = { processors: cpus().length, model: cpus()[0]?.model ?? '', platform: process.platform, node: process.version };
  writeFileSync(file, `${JSON.stringify({ at: startedAt.toISOString(), machine, parts }, null, 2)}\n`);
}
