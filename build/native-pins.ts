import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

/** What `native.json` pins. See `build/native.ts`. */
const plainName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._/+-]*$/)
  .refine((name) => !name.includes('..'));
const poolPath = z
  .string()
  .regex(/^pool\/[A-Za-z0-9._~+/-]+$/)
  .refine((path) => !path.includes('..'));
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const common = {
  name: z.string().regex(/^[a-z0-9-]+$/),
  version: z.string().min(1),
  platform: z.enum(['linux', 'win32', 'darwin', 'any']),
  /** The only processor that this is for. */
  arch: z.optional(z.enum(['x64', 'arm64'])),
};
const archiveSchema = z.strictObject({
  ...common,
  /** The kinds: a package of the distribution, which ours depends on; an archive that goes into the installer; a source to build from. */
  how: z.enum(['depends', 'fetch', 'source']),
  /** Its location: a path in any Debian pool, or an address. */
  at: z.union([poolPath, z.url({ protocol: /^https$/ })]).nullable(),
  sha256: sha256.nullable(),
  /** `from`: its path in the archive, or its name if that is unique there. */
  files: z.array(z.strictObject({ from: plainName, to: plainName })).optional(),
  /** Its licence in `build/licences`, if the archive does not bring the text along. It is packed as `licences/NAME.txt`. */
  licence: plainName.optional(),
});
const builtSchema = z.strictObject({
  ...common,
  /** Built from those sources elsewhere (`build/native-windows.ts`), and passed in. */
  how: z.literal('built'),
  sources: z.array(common.name),
  files: z.array(z.strictObject({ name: plainName, sha256 })),
});
const nativeSchema = z.strictObject({ version: z.literal(1), components: z.array(z.union([archiveSchema, builtSchema])) });
export type Archive = z.infer<typeof archiveSchema>;
export type Built = z.infer<typeof builtSchema>;

/** The pins of this repository. */
export const readNative = (): z.infer<typeof nativeSchema> =>
  nativeSchema.parse(JSON.parse(readFileSync(join(import.meta.dirname, 'native.json'), 'utf8')));
