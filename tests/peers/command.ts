import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { eventSchema, type CommandEvent } from '../../electron/cli/report.ts';

/** The command as people start it, from `dist/`: build first. */
export const commandFile = join(import.meta.dirname, '../../dist/causeway.mjs');

/** A run of `causeway --json`. */
export interface RunningCommand {
  events(): CommandEvent[];
  until<K extends CommandEvent['event']>(event: K, fits?: (event: Extract<CommandEvent, { event: K }>) => boolean): Promise<void>;
  interrupt(): void;
  exit: Promise<number | null>;
  out(): string;
}

/** Starts it without a terminal; it is ended with the test. */
export const startCommand = (...argv: string[]): RunningCommand => startWithin([], ...argv);

/** The same, as the last arguments of another command that runs it. */
export function startWithin(around: readonly string[], ...argv: string[]): RunningCommand {
  const [first, ...args] = [...around, process.execPath, commandFile, ...argv, '--json'];
  const child = spawn(first, args);
  let out = '';
  child.stdout.on('data', (data) => (out += String(data)));
  child.stderr.on('data', (data) => (out += String(data)));
  const exit = once(child, 'close').then(() => child.exitCode);
  onTestFinished(async () => {
    child.kill('SIGINT');
    await exit;
  });
  const events = (): CommandEvent[] =>
    out
      .split('\n')
      .slice(0, -1)
      .map((line) => eventSchema.parse(JSON.parse(line)));
  return {
    events,
    out: () => out,
    exit,
    interrupt: () => void child.kill('SIGINT'),
    async until(kind, fits = () => true) {
      const isIt = (event: CommandEvent): boolean => event.event === kind && fits(event as Parameters<typeof fits>[0]);
      await expect.poll(() => events().some(isIt) || child.exitCode !== null, { timeout: 25_000 }).toBe(true);
      expect(out).toSatisfy(() => events().some(isIt));
    },
  };
}
