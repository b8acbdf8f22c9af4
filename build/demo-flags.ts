import { parseArgs } from 'node:util';
import { signInKinds, type SignInKind } from '../campus/sign-in-kind.ts';
import { PlainError } from './report-errors.ts';

export interface DemoFlags {
  readonly help: boolean;
  /** Play the tour, and save its pictures in this folder. Null: open windows for a person. */
  readonly tour: string | null;
  /** Run on the stand-in for Electron. */
  readonly double: boolean;
  readonly signIn: SignInKind;
}

export const defaultFolder = 'out/tour';

export const demoUsage = `Usage: npm run demo -- [flags]   start a campus, Causeway with its profile, and a phone

  --sign-in forms|pages   how people sign in: by Causeway's own forms, or on web pages
                          as at an Ivanti gateway with ADFS and Duo (forms)
  --double                run on the stand-in for Electron in Debian's Chromium
  --tour [DIR]            play the guide's procedures instead, at both kinds of campus,
                          and save a picture of every step (${defaultFolder})`;

/** Reads the flags of `npm run demo`. Throws a {@link PlainError} with the usage if they are wrong. */
export function readDemoFlags(args: readonly string[]): DemoFlags {
  const { values, positionals } = parsed(args);
  const signIn = signInKinds.find((kind) => kind === values['sign-in']);
  if (signIn === undefined) throw wrong(`--sign-in is one of ${signInKinds.join(', ')}.`);
  const [folder = defaultFolder, ...more] = positionals;
  const stray = values.tour ? more[0] : positionals[0];
  if (stray !== undefined) throw wrong(`"${stray}" is no flag of the demo.`);
  return { help: values.help, tour: values.tour ? folder : null, double: values.double, signIn };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        'help': { type: 'boolean', short: 'h', default: false },
        'tour': { type: 'boolean', default: false },
        'double': { type: 'boolean', default: false },
        'sign-in': { type: 'string', default: 'forms' },
      },
      allowPositionals: true,
    });
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error));
  }
}

const wrong = (why: string): PlainError => new PlainError(`${why}\n\n${demoUsage}`);
