import { parseArgs } from 'node:util';
import * as z from 'zod';
import type { ControlRequest } from './control.ts';
import { signInKinds } from './sign-in-kind.ts';

/** What the command line of `npm run campus` asks for. */
export type Command =
  | { kind: 'help' }
  | { kind: 'run'; flags: RunFlags }
  | { kind: 'ask'; request: ControlRequest; data: string | undefined }
  /** The command line cannot be understood. */
  | { kind: 'wrong'; message: string };

const minutes = z.coerce.number().positive().max(525_600);
const runFlagsSchema = z.object({
  // One less than the highest port, since the portal uses the next one on campus
  'port': z.coerce.number().int().min(0).max(65_534).default(8443),
  'on-campus': z.boolean().default(false),
  'sign-in': z.enum(signInKinds).default('forms'),
  'people': z.string().min(1).optional(),
  'session-minutes': minutes.default(480),
  'idle-minutes': minutes.default(60),
  'notice': z.string().min(1).optional(),
  'number-matching': z.boolean().default(false),
  'data': z.string().min(1).optional(),
  'quiet': z.boolean().default(false),
  'json': z.boolean().default(false),
});
export type RunFlags = z.infer<typeof runFlagsSchema>;

const flagTypes = {
  'port': { type: 'string' },
  'on-campus': { type: 'boolean' },
  'sign-in': { type: 'string' },
  'people': { type: 'string' },
  'session-minutes': { type: 'string' },
  'idle-minutes': { type: 'string' },
  'notice': { type: 'string' },
  'number-matching': { type: 'boolean' },
  'data': { type: 'string' },
  'quiet': { type: 'boolean' },
  'json': { type: 'boolean' },
  'help': { type: 'boolean' },
} as const;

export const usage = `Usage: npm run campus -- [flags]            start a campus on this computer
       npm run campus -- sessions           list who is signed in to the one that runs
       npm run campus -- end ID             end a session
       npm run campus -- lock PERSON        lock an account for ten minutes

  --port NUMBER           loopback port (8443; 0 for any)
  --on-campus             the portal answers directly, on the next port
  --sign-in forms|pages   how people sign in: by Causeway's own forms, or on web pages
                          as at an Ivanti gateway with ADFS and Duo (forms)
  --people FILE           who is there at first start, JSON
  --session-minutes N     how long a session lives (480)
  --idle-minutes N        how long without activity (60)
  --notice FILE           the terms that everyone agrees to first
  --number-matching       a push asks for the number on the screen
  --data DIR              where everything is kept (a temporary directory)
  --quiet                 print no addresses and people
  --json                  print one line of JSON when ready`;

/** Reads a command line, without the program's name. */
export function readCommand(line: readonly string[]): Command {
  let parsed;
  try {
    parsed = parseArgs({ args: [...line], options: flagTypes, allowPositionals: true, strict: true });
  } catch (error) {
    return wrong(error instanceof Error ? error.message : 'the flags cannot be read');
  }
  const { values, positionals } = parsed;
  if (values.help) return { kind: 'help' };
  const flags = runFlagsSchema.safeParse(values);
  if (!flags.success) {
    const issue = flags.error.issues[0];
    return wrong(`--${String(issue?.path[0] ?? '')}: ${issue?.message ?? 'not understood'}`);
  }
  const [verb, argument, ...more] = positionals;
  if (verb === undefined) return { kind: 'run', flags: flags.data };
  const request = requestOf(verb, argument);
  if (!request || more.length > 0) return wrong(`"${positionals.join(' ')}" is not understood`);
  return { kind: 'ask', request, data: flags.data.data };
}

const wrong = (message: string): Command => ({ kind: 'wrong', message });

function requestOf(verb: string, argument: string | undefined): ControlRequest | null {
  if (verb === 'sessions') return argument === undefined ? { verb } : null;
  if (verb === 'end') return argument === undefined ? null : { verb, id: argument };
  if (verb === 'lock') return argument === undefined ? null : { verb, userId: argument };
  return null;
}
