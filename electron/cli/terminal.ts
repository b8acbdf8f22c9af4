import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { ReadStream, WriteStream } from 'node:tty';
import { onAbort } from '../../shared/abort.ts';
import { fail } from '../../shared/failure.ts';
import { plainText } from '../../shared/plain-text.ts';

export interface LineOptions {
  /** Not echoed: passwords, passcodes. */
  hidden?: boolean;
  /** Gives the question up: rejects with `cancelled`. */
  signal: AbortSignal;
}

/** A person at a terminal. */
export interface Terminal {
  say(text: string): void;
  /** One line typed. Rejects with `cancelled` when given up, or when the terminal is closed. */
  line(question: string, options: LineOptions): Promise<string>;
}

/**
 * The terminal that this process was started in. Ctrl-C while a question is open reaches us as a key and not as a
 * signal: `interrupted` is told of it.
 */
export function terminalOf(input: ReadStream, output: WriteStream, interrupted: () => void): Terminal {
  return {
    // What a gateway wrote must not steer the terminal
    say: (text) => output.write(`${plainText(text)}\n`),
    line: (question, { hidden = false, signal }) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(fail('cancelled'));
          return;
        }
        // What is typed goes through readline's own output: swallowed, nothing of it is drawn
        const sink = new Writable({
          write(chunk: Buffer, _encoding, done) {
            if (!hidden) output.write(chunk);
            done();
          },
        });
        const asked = plainText(question);
        const reader = createInterface({ input, output: sink, terminal: true, historySize: 0, prompt: hidden ? '' : asked });
        // Only now does the terminal itself draw nothing of what is typed, be it at the very moment that the question is there
        if (hidden) output.write(asked);
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
        const gone = (): void => settle(null);
        const off = onAbort(signal, gone);
        reader.on('line', settle);
        reader.on('SIGINT', () => {
          interrupted();
          gone();
        });
        reader.on('close', gone);
      }),
  };
}
