import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cruise, type IConfiguration } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import * as z from 'zod';
import { viteSafeFolder } from './vite-safe-folder.ts';

/** `npm run check:rooms`: which room may import what, by `.dependency-cruiser.json`. */
/** dependency-cruiser validates it against its own schema. */
const configuration = z.custom<IConfiguration>((value) => typeof value === 'object' && value !== null);
const folder = viteSafeFolder();
const { forbidden, options } = configuration.parse(JSON.parse(readFileSync('.dependency-cruiser.json', 'utf8')));
const { output, exitCode } = await cruise(
  ['shared', 'electron', 'renderer', 'campus', 'build', 'tests'],
  { ...options, baseDir: folder, preserveSymlinks: true, validate: true, ruleSet: { forbidden: forbidden ?? [] }, outputType: 'err' },
  options?.enhancedResolveOptions,
  { tsConfig: extractTSConfig(join(folder, options?.tsConfig?.fileName ?? 'tsconfig.json')) },
);
console.log(output);
process.exitCode = exitCode;
