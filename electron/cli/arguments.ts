import { parseArgs } from 'node:util';
import type { CommandLineMessages } from '../../shared/messages/catalogue.ts';
import { fillIn as fillSentence } from '../../shared/messages/fill-in.ts';

/** The command that the arguments ask for. */
export type Command = { json: boolean; folder: string | null } & (
  | { verb: 'help' | 'version' | 'status' | 'disconnect' | 'policy' }
  | { verb: 'portal' | 'doctor' | 'profiles'; profile: string | null }
  | { verb: 'report'; profile: string | null; save: string | null }
  | { verb: 'explain'; code: string }
  | ConnectCommand
);

export interface ConnectCommand {
  verb: 'connect';
  /** A profile's id, or a file. Null with `--quick`: the campus that was used last. */
  profile: string | null;
  answers: string | null;
  /** The names to choose in the gateway's lists. */
  choose: readonly string[];
  /** The loopback port of a proxy for other programs, 0 for any; null for none. */
  appTunnel: number | null;
  showSecret: boolean;
}

type UsageMessages = CommandLineMessages['usage'];

/** Wrong usage: exit code 2. It names a sentence for the person, in whatever language the run has. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  /** @param params what fills the placeholders; an error among them stands for its own sentence */
  constructor(
    readonly key: keyof UsageMessages,
    readonly params: Readonly<Record<string, string | number | UsageError>> = {},
  ) {
    super(key);
  }

  /** The sentence in a language. */
  sentence(usage: UsageMessages): string {
    const params: Record<string, string | number> = {};
    for (const [name, value] of Object.entries(this.params)) params[name] = value instanceof UsageError ? value.sentence(usage) : value;
    return fillIn(usage[this.key], params);
  }
}

const options = {
  'answers': { type: 'string' },
  'choose': { type: 'string', multiple: true },
  'app-tunnel': { type: 'string' },
  'show-secret': { type: 'boolean' },
  'quick': { type: 'boolean' },
  'save': { type: 'string' },
  'json': { type: 'boolean' },
  'user-data-dir': { type: 'string' },
  'version': { type: 'boolean' },
  'help': { type: 'boolean', short: 'h' },
} as const;

/** Fills the placeholders of a sentence that belongs to no failure. */
export const fillIn = (sentence: string, params: Record<string, string | number>): string =>
  fillSentence(sentence, (name) => (Object.hasOwn(params, name) ? String(params[name]) : undefined));

/** Reads the arguments. Throws a {@link UsageError}. */
export function readArguments(argv: readonly string[]): Command {
  const { values, positionals } = parsed(argv);
  const common = { json: values.json ?? false, folder: values['user-data-dir'] ?? null };
  if (values.version) return { ...common, verb: 'version' };
  const [verb, operand, extra] = positionals;
  // The code is three words
  if (verb === 'explain' && !values.help) return { ...common, verb, code: codeOf(positionals.slice(1)) };
  if (values.help || verb === 'help') return { ...common, verb: 'help' };
  if (extra !== undefined) throw new UsageError('tooMany', { word: extra });
  for (const option of ['answers', 'choose', 'app-tunnel', 'show-secret', 'quick'] as const)
    if (verb !== 'connect' && values[option] !== undefined) throw new UsageError('notForThis', { option });
  if (verb !== 'report' && values.save !== undefined) throw new UsageError('saveForReport');
  switch (verb) {
    case undefined:
      throw new UsageError('noCommand');
    case 'status':
    case 'policy':
    case 'disconnect':
      if (operand !== undefined) throw new UsageError('tooMany', { word: operand });
      return { ...common, verb };
    case 'report':
      return { ...common, verb, profile: operand ?? null, save: values.save ?? null };
    case 'portal':
    case 'doctor':
    case 'profiles':
      return { ...common, verb, profile: operand ?? null };
    case 'connect':
      if (values.quick && operand !== undefined) throw new UsageError('tooMany', { word: operand });
      if (!values.quick && operand === undefined) throw new UsageError('needsProfile');
      return {
        ...common,
        verb,
        profile: operand ?? null,
        answers: values.answers ?? null,
        choose: values.choose ?? [],
        appTunnel: portOf(values['app-tunnel']),
        showSecret: values['show-secret'] ?? false,
      };
    default:
      throw new UsageError('unknownCommand', { command: verb });
  }
}

/** Parses the options. Node's parser finds the same mistakes, but its messages are for programmers. */
function parsed(argv: readonly string[]) {
  const { tokens } = parseArgs({ args: [...argv], options, allowPositionals: true, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const { name, rawName: option, value, inlineValue } = token;
    if (!Object.hasOwn(options, name)) throw new UsageError('unknownOption', { option });
    const { type } = options[name as keyof typeof options];
    if (type === 'boolean' && value !== undefined) throw new UsageError('noValue', { option });
    // If the value looks like an option, the person forgot the value
    if (type === 'string' && (value === undefined || value === '' || (!inlineValue && /^-./.test(value))))
      throw new UsageError('needsValue', { option });
  }
  return parseArgs({ args: [...argv], options, allowPositionals: true });
}

function codeOf(words: readonly string[]): string {
  if (words.length === 0) throw new UsageError('needsCode');
  return words.join(' ');
}

function portOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(port <= 65_535)) throw new UsageError('port');
  return port;
}
