import * as z from 'zod/mini';
import { updateChannels } from '../../shared/updates.ts';

/** What an update server may say, all of it signed. The limits are ours. */

/** The largest file with metadata, in bytes. */
export const maxMetadataBytes = 128 * 1024;
const maxFiles = 40;
/** The largest installer. Ours have about 120 MB. */
const maxFileBytes = 1024 * 1024 * 1024;
/** The longest time between signing and expiry. */
const maxValidityMs = 400 * 24 * 60 * 60 * 1000;
/** Epoch milliseconds between 2020 and 2200. */
const instant = z.int().check(z.minimum(1_577_836_800_000), z.maximum(7_258_118_400_000));

/** The endings of the files of each kind. The first three update an app; the others are for IT. */
export const fileKinds = {
  nsis: '.exe',
  zip: '.zip',
  appimage: '.AppImage',
  msi: '.msi',
  pkg: '.pkg',
  dmg: '.dmg',
  deb: '.deb',
} as const;
export type FileKind = keyof typeof fileKinds;
const kinds = ['nsis', 'zip', 'appimage', 'msi', 'pkg', 'dmg', 'deb'] as const satisfies readonly FileKind[];

/** `1.2.3` or `1.2.3-beta.4`, as semver has it, without build metadata. No number begins with a zero. */
const version = z
  .string()
  .check(
    z.maxLength(60),
    z.regex(
      /^(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})(-(?!0\d+(\.|$))[0-9A-Za-z-]{1,20}(\.(?!0\d+(\.|$))[0-9A-Za-z-]{1,20}){0,3})?$/,
    ),
  );

/** Windows opens a device for these names, whatever ending they have. */
const devices = ['con', 'prn', 'aux', 'nul', ...Array.from({ length: 10 }, (_none, at) => [`com${at}`, `lpt${at}`]).flat()];
const isNoDevice = (name: string): boolean => !devices.includes(name.toLowerCase().split('.')[0] ?? '');

/** Nobody's sign-in is part of an address that everybody opens, and no character that turns the text around. */
function isPlainAddress(address: string): boolean {
  if (!URL.canParse(address) || !/^[\x21-\x7e]*$/.test(address)) return false;
  const { username, password } = new URL(address);
  return username === '' && password === '';
}

const updateFileSchema = z.object({
  platform: z.enum(['win32', 'darwin', 'linux']),
  arch: z.enum(['x64', 'arm64']),
  kind: z.enum(kinds),
  /** A bare name: it lies beside the metadata, so a signature never leads to another server. */
  path: z.string().check(z.maxLength(120), z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/), z.refine(isNoDevice)),
  size: z.int().check(z.minimum(1), z.maximum(maxFileBytes)),
  /** base64 */
  sha512: z.string().check(z.regex(/^[A-Za-z0-9+/]{86}==$/)),
});
export type UpdateFile = z.infer<typeof updateFileSchema>;

export const metadataSchema = z
  .object({
    format: z.literal(1),
    product: z.literal('org.causeway.client'),
    channel: z.enum(updateChannels),
    /** Rises with every metadata that is signed for a channel. What is older than something seen is refused. */
    counter: z.int().check(z.minimum(1), z.maximum(1_000_000_000)),
    version,
    signedAt: instant,
    expiresAt: instant,
    /** The share of installations that take this version, in percent. */
    rollout: z.number().check(z.minimum(0), z.maximum(100)),
    whatsNew: z.nullable(z.url({ protocol: /^https$/ }).check(z.maxLength(500), z.refine(isPlainAddress))),
    files: z.array(updateFileSchema).check(z.minLength(1), z.maxLength(maxFiles)),
  })
  .check(
    z.refine(({ signedAt, expiresAt }) => expiresAt > signedAt && expiresAt - signedAt <= maxValidityMs, { path: ['expiresAt'] }),
    z.refine(({ files }) => files.every(({ path, kind }) => path.endsWith(fileKinds[kind])), { path: ['files'] }),
    z.refine(({ files }) => isDistinct(files.map(({ path }) => path.toLowerCase())), { path: ['files'] }),
    z.refine(({ files }) => isDistinct(files.map(({ platform, arch, kind }) => `${platform} ${arch} ${kind}`)), { path: ['files'] }),
  );
export type Metadata = z.infer<typeof metadataSchema>;

const isDistinct = (texts: readonly string[]): boolean => new Set(texts).size === texts.length;

/** The kind of file with which an app updates itself on each system. */
const ownKinds = { win32: 'nsis', darwin: 'zip', linux: 'appimage' } as const;

/** The file for a computer. Null: the release has none. */
export function fileFor({ files }: Metadata, platform: UpdateFile['platform'], arch: string): UpdateFile | null {
  return files.find((file) => file.platform === platform && file.arch === arch && file.kind === ownKinds[platform]) ?? null;
}
