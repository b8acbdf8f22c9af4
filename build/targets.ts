import * as z from 'zod';

/** A system and processor that packages are made for, in Node's notation. */
const targetSchema = z.object({
  name: z.enum(['linux-x64', 'linux-arm64', 'win32-x64', 'win32-arm64', 'darwin-x64', 'darwin-arm64']),
  platform: z.enum(['linux', 'win32', 'darwin']),
  arch: z.enum(['x64', 'arm64']),
});
export type Target = z.infer<typeof targetSchema>;
export type Platform = Target['platform'];

/** The target of a name such as `win32-arm64`. Throws if no package is made for it. */
export function parseTarget(name: string): Target {
  const [platform, arch] = name.split('-');
  const target = targetSchema.safeParse({ name, platform, arch });
  if (!target.success)
    throw new Error(`There are no packages for ${name}. Possible targets: ${targetSchema.shape.name.options.join(', ')}`);
  return target.data;
}

/** The computer that this runs on. */
export const hostTarget = (): Target => parseTarget(`${process.platform}-${process.arch}`);
