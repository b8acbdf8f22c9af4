import { parseArgs } from 'node:util';
import { PlainError } from '../../build/report-errors.ts';

/** How long `npm run soak` does what. 0 leaves a part out. */
export interface SoakFlags {
  readonly help: boolean;
  /** Connect and disconnect so often. */
  readonly cycles: number;
  /** Give each boundary so many inputs. */
  readonly inputs: number;
  /** Restart the gateway each minute for so long. */
  readonly minutes: number;
  /** Idle for so long, by a moved clock. */
  readonly hours: number;
  /** The round from which on nothing may grow. */
  readonly from: number;
}

export const soakUsage = `Usage: npm run soak -- [flags]   use the app on the stand-in for Electron, and measure what it holds

  --cycles N    connect and disconnect so often (1000)
  --inputs N    fuzzed inputs at each boundary (100000)
  --minutes N   restart the gateway each minute for so long (60)
  --hours N     idle for so long, by a moved clock (8)
  --from N      the round from which on nothing may grow (50)

All of it takes an hour and forty minutes; 0 leaves a part out. A short one:
npm run soak -- --cycles 20 --inputs 1000 --minutes 1 --hours 1
The table and the curves go to out/soak/.`;

/** Reads the flags of `npm run soak`. Throws a {@link PlainError} with the usage if they are wrong. */
export function readSoakFlags(args: readonly string[]): SoakFlags {
  const values = parsed(args);
  const count = (name: 'cycles' | 'inputs' | 'minutes' | 'hours' | 'from'): number => {
    const text = values[name];
    if (!/^\d{1,7}$/.test(text)) throw wrong(`--${name} is a whole number.`);
    return Number(text);
  };
  return {
    help: values.help,
    cycles: count('cycles'),
    inputs: count('inputs'),
    minutes: count('minutes'),
    hours: count('hours'),
    from: count('from'),
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        cycles: { type: 'string', default: '1000' },
        inputs: { type: 'string', default: '100000' },
        minutes: { type: 'string', default: '60' },
        hours: { type: 'string', default: '8' },
        from: { type: 'string', default: '50' },
      },
    }).values;
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error));
  }
}

const wrong = (why: string): PlainError => new PlainError(`${why}\n\n${soakUsage}`);
