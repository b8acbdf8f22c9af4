import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { readUpdateConfig } from '../electron/updates/config.ts';
import { openEnvelope, signMetadata, writePublicKey } from '../electron/updates/envelope.ts';
import { fileKinds, metadataSchema, type FileKind, type Metadata, type UpdateFile } from '../electron/updates/metadata.ts';
import { CausewayError } from '../shared/failure.ts';
import { updateChannels, type UpdateChannel } from '../shared/updates.ts';
import { PlainError, reportingErrors } from './report-errors.ts';

/**
 * The signed metadata of a release:
 *
 * - `npm run release:key -- FILE`: makes a key for signing, and prints the public part for `build/updates/updates.json`.
 * - `npm run release:sign -- FOLDER [--channel stable] [--rollout 100] [--days 60] [--whats-new URL]`: writes
 *   `FOLDER/stable.json` about the installers there. CAUSEWAY_UPDATE_KEY is the path of the key's file, and
 *   CAUSEWAY_UPDATE_NEXT_KEY of a second one, while it takes the first one's place.
 * - `npm run release:check -- FOLDER`: checks a folder as an app would, every file of it. For whoever mirrors a release.
 */

export const configFile = 'build/updates/updates.json';
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** Makes a private key in a new file that only this user may read. Returns the public key. Throws if there is such a file. */
export function makeKey(file: string): string {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { flag: 'wx', mode: 0o600 });
  return writePublicKey(publicKey);
}

/** The private key in a file. Throws if it is none of Ed25519. */
export function readKey(file: string): KeyObject {
  const key = createPrivateKey(readFileSync(file));
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(`${basename(file)} is not a key of Ed25519`);
  return key;
}

/** What a release's metadata says besides its files. */
export interface ReleaseFacts {
  version: string;
  channel: UpdateChannel;
  /** In percent. */
  rollout: number;
  /** How long it counts. */
  days: number;
  whatsNew: string | null;
  now: number;
}

/** The installers in a folder, by their names, with their hashes. */
export async function filesIn(folder: string): Promise<UpdateFile[]> {
  const files: UpdateFile[] = [];
  for (const name of readdirSync(folder).sort()) {
    const kind = kinds.find((each) => name.endsWith(fileKinds[each]));
    if (kind === undefined) continue;
    const arch = /arm64|aarch64/.test(name) ? 'arm64' : 'x64';
    files.push({
      platform: platforms[kind],
      arch,
      kind,
      path: name,
      size: statSync(join(folder, name)).size,
      sha512: await sha512(join(folder, name)),
    });
  }
  return files;
}
const kinds = Object.keys(fileKinds) as FileKind[];
const platforms = { nsis: 'win32', msi: 'win32', zip: 'darwin', pkg: 'darwin', dmg: 'darwin', appimage: 'linux', deb: 'linux' } as const;

/**
 * Writes the metadata of the installers in a folder, signed with these keys. Its counter is the minutes since 1970, or one more
 * than that of the metadata that it replaces. Throws if an app with these built-in keys would not take it.
 */
export async function signRelease(
  folder: string,
  facts: ReleaseFacts,
  keys: readonly KeyObject[],
  builtIn: readonly KeyObject[],
): Promise<Metadata> {
  const { version, channel, rollout, days, whatsNew, now } = facts;
  const target = join(folder, `${channel}.json`);
  const before = existsSync(target) ? openEnvelope(JSON.parse(readFileSync(target, 'utf8')), builtIn).counter : 0;
  const metadata = metadataSchema.parse({
    format: 1,
    product: 'org.causeway.client',
    channel,
    counter: Math.max(Math.floor(now / minuteMs), before + 1),
    version,
    signedAt: now,
    expiresAt: now + days * dayMs,
    rollout,
    whatsNew,
    files: await filesIn(folder),
  });
  const text = signMetadata(metadata, keys);
  openEnvelope(JSON.parse(text), builtIn);
  writeFileSync(target, text);
  return metadata;
}

/** What is wrong with a folder that mirrors a release, in sentences. */
export async function wrongIn(folder: string, channel: UpdateChannel, builtIn: readonly KeyObject[], now: number): Promise<string[]> {
  const said = openEnvelope(JSON.parse(readFileSync(join(folder, `${channel}.json`), 'utf8')), builtIn);
  const { expiresAt, files } = said;
  const wrong: string[] = [];
  if (said.channel !== channel) wrong.push(`${channel}.json is the ${said.channel}.json of a release`);
  if (now >= expiresAt) wrong.push(`${channel}.json ran out on ${new Date(expiresAt).toISOString()}`);
  for (const { path, sha512: expected } of files) {
    if (!existsSync(join(folder, path))) wrong.push(`${path} is missing`);
    else if ((await sha512(join(folder, path))) !== expected) wrong.push(`${path} is not the file that was signed`);
  }
  return wrong;
}

async function sha512(file: string): Promise<string> {
  const hash = createHash('sha512');
  for await (const part of createReadStream(file)) hash.update(z.instanceof(Buffer).parse(part));
  return hash.digest('base64');
}

/** What is wrong, as a sentence for whoever publishes or mirrors a release. What is none of theirs comes back as it is. */
function asPlainError(error: unknown): unknown {
  if (error instanceof z.core.$ZodError)
    return new PlainError(error.issues.map(({ path, message }) => `${path.join('.') || '--channel'}: ${message}`).join('\n'));
  if (error instanceof SyntaxError) return new PlainError(`The metadata is no JSON: ${error.message}`);
  if (!(error instanceof CausewayError)) return error instanceof Error ? new PlainError(error.message) : error;
  const { code, params } = error.failure;
  if (code === 'update-untrusted') return new PlainError(`No key in ${configFile} has signed the metadata.`);
  return code === 'update-invalid' ? new PlainError(`The metadata breaks a rule: ${String(params?.['key'])}`) : error;
}

/** Runs one command, given its arguments. If it fails, it says why and sets the exit code. */
export function runCommand(args: string[]): Promise<void> {
  return reportingErrors(() =>
    run(args).catch((error: unknown) => {
      throw asPlainError(error);
    }),
  );
}

async function run(args: string[]): Promise<void> {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      'channel': { type: 'string', default: 'stable' },
      'rollout': { type: 'string', default: '100' },
      'days': { type: 'string', default: '60' },
      'whats-new': { type: 'string' },
    },
  });
  const [command, place] = positionals;
  const channel = z.enum(updateChannels).parse(values.channel);
  const { keys: builtIn } = readUpdateConfig(configFile, console.error);
  if (place === undefined) throw new Error('which file or folder?');
  if (command === 'key') console.log(`The public key, for ${configFile}: ${makeKey(place)}`);
  else if (command === 'check') {
    const wrong = await wrongIn(place, channel, builtIn, Date.now());
    if (wrong.length > 0) throw new PlainError(wrong.join('\n'));
    console.log(`${channel}.json and its files are as they were signed.`);
  } else if (command === 'sign') {
    const keyFiles = [process.env['CAUSEWAY_UPDATE_KEY'], process.env['CAUSEWAY_UPDATE_NEXT_KEY']].filter(
      (file) => file !== undefined && file !== '',
    );
    if (keyFiles.length === 0) throw new Error('CAUSEWAY_UPDATE_KEY is not set: the path of the key');
    const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync('package.json', 'utf8')));
    const facts = {
      version,
      channel,
      rollout: Number(values.rollout),
      days: Number(values.days),
      whatsNew: values['whats-new'] ?? null,
      now: Date.now(),
    };
    const keys = keyFiles.map((file) => readKey(file ?? ''));
    const { counter, files, expiresAt } = await signRelease(place, facts, keys, builtIn);
    console.log(`${channel}.json: ${version}, counter ${counter}, until ${new Date(expiresAt).toISOString()}`);
    for (const { path, size } of files) console.log(`  ${path}, ${size} bytes`);
    for (const key of keys) console.log(`  signed with ${writePublicKey(createPublicKey(key))}`);
  } else throw new Error('key, sign or check?');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await runCommand(process.argv.slice(2));
