import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { buildCommandLine } from './command-line.ts';
import { buildHelper } from './helper.ts';

/**
 * What the installers bring along for gateways of others, pinned in `native.json`: the programs and libraries of
 * openconnect, and on Windows the driver's library. `node --import tsx build/native.ts`, on the system that the
 * installer is for, before electron-builder; it needs the Internet. A pin that is missing ends it: whoever makes the
 * first release for a system fills it in, from an archive that they built from the source that is pinned here.
 */
const plainName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._/+-]*$/)
  .refine((name) => !name.includes('..'));
const componentSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/),
  version: z.string().min(1),
  platform: z.enum(['linux', 'win32', 'darwin', 'any']),
  /** The distribution's package, which ours depends on; an archive that is put into the installer; what that is built from. */
  how: z.enum(['depends', 'fetch', 'source']),
  url: z.url({ protocol: /^https$/ }).nullable(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
  files: z.array(z.strictObject({ from: plainName, to: plainName })).optional(),
});
export const nativeSchema = z.strictObject({ version: z.literal(1), components: z.array(componentSchema) });
type Component = z.infer<typeof componentSchema>;

/** The pins of this repository. */
export const readNative = (): z.infer<typeof nativeSchema> =>
  nativeSchema.parse(JSON.parse(readFileSync(join(import.meta.dirname, 'native.json'), 'utf8')));

/** Throws unless these are the bytes that were pinned. */
export function verify({ name, sha256 }: Pick<Component, 'name' | 'sha256'>, bytes: Buffer): void {
  if (sha256 === null) throw new Error(`${name} has no pin yet: put its address and SHA-256 into build/native.json`);
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256) throw new Error(`${name} is not what was pinned: ${found} instead of ${sha256}`);
}

/** Gets an archive and takes the pinned files out of it. */
export async function fetchComponent(component: Component, folder: string, get: typeof fetch = fetch): Promise<void> {
  const { name, url, files = [] } = component;
  if (url === null || component.sha256 === null)
    throw new Error(`${name} has no pin yet: put its address and SHA-256 into build/native.json`);
  const response = await get(url);
  if (!response.ok) throw new Error(`${name}: ${response.status} from ${url}`);
  const bytes = Buffer.from(await response.arrayBuffer());
  verify(component, bytes);
  const work = mkdtempSync(join(tmpdir(), 'native-'));
  try {
    writeFileSync(join(work, 'archive'), bytes);
    // Windows and macOS have one that reads zip as well
    execFileSync('tar', ['-xf', join(work, 'archive'), '-C', work], { stdio: 'inherit' });
    mkdirSync(folder, { recursive: true });
    for (const { from, to } of files) {
      copyFileSync(join(work, from), join(folder, to));
      chmodSync(join(folder, to), 0o755);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const folder = process.argv[2] ?? 'out/native';
  rmSync(folder, { recursive: true, force: true });
  const wanted = readNative().components.filter(({ platform, how }) => platform === process.platform && how === 'fetch');
  for (const component of wanted) await fetchComponent(component, folder);
  console.log(await buildHelper(folder));
  console.log(await buildCommandLine(folder));
}
