import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { ReadStream, WriteStream } from 'node:tty';
import { onAbort } from '../../shared/abort.ts';
import { fail } from '../../shared/failure.ts';
import { plainText } from '../../shared/plain-text.ts';

export interface LineOptions {
  /** Whether to hide what is typed: passwords, passcodes. */
  hidden?: boolean;
  /** Cancels the question, which then rejects with `cancelled`. */
  signal: AbortSignal;
}

/** A person at a terminal. */
export interface Terminal {
  say(text: string): void;
  /** Asks for one line. Rejects with `cancelled` when the signal aborts or the terminal closes. */
  line(question: string, options: LineOptions): Promise<string>;
}

/**
 * The terminal that this process was started in. While a question is open, Ctrl-C arrives as a key and not as a signal:
 * `onInterrupt` is called then.
 */
export function terminalOf(input: ReadStream, output: WriteStream, onInterrupt: () => void): Terminal {
  return {
    // A gateway's text must not contain control sequences
    say: (text) => output.write(`${plainText(text)}\n`),
    line: (question, { hidden = false, signal }) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(fail('cancelled'));
          return;
        }
        // readline echoes what is typed through its own output: this one drops it
        const sink = new Writable({
          write(chunk: Buffer, _encoding, done) {
            if (!hidden) output.write(chunk);
            done();
          },
        });
        const prompt = plainText(question);
        const reader = createInterface({ input, output: sink, terminal: true, historySize: 0, prompt: hidden ? '' : prompt });
        // Ask only now: from here on the terminal itself does not echo, even if somebody types at once
        if (hidden) output.write(prompt);
        else reader.prompt();
        let settled = false;
        const settle = (line: string | null): void => {
          if (settled) return;
          settled = true;
          off();
          reader.close();
          input.pause();
          if (hidden || line === null) output.write('\n');
          if (line === null) reject(fail('cancelled'));
          else resolve(line);
        };
        const cancel = (): void => settle(null);
        const off = onAbort(signal, cancel);
        reader.on('line', settle);
        reader.on('SIGINT', () => {
          onInterrupt();
          cancel();
        });
        reader.on('close', cancel);
      }),
  };
}
