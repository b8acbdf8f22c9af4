import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { fromPool, poolBases } from './debian-pool.ts';

/**
 * Makes `electron/net/ip-stack/stack.wasm` from Debian's source of lwIP, its patches, and our C and options in `build/lwip`:
 * `npm run ip-stack` writes it, and `npm run ip-stack -- --check` compares. The result is committed, so that nobody needs
 * clang to run or package the app. `build/lwip/sources.json` pins the sources, the tools and the result.
 */
const folder = join(import.meta.dirname, 'lwip');
const pinsFile = join(folder, 'sources.json');
export const stackFile = join(import.meta.dirname, '../electron/net/ip-stack/stack.wasm');
/** The app takes no other file. */
const sumFile = join(import.meta.dirname, '../electron/net/ip-stack/stack-sha256.ts');
const licenceFile = join(folder, 'COPYING');

const poolFile = z.strictObject({ name: z.string(), at: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/) });
const pinsSchema = z.strictObject({
  source: poolFile,
  patches: poolFile,
  /** Debian's packages and their versions: another compiler makes other bytes. */
  tools: z.record(z.string(), z.string()),
  /** SHA-256 of the module. */
  result: z.string(),
});
export const readPins = (): z.infer<typeof pinsSchema> => pinsSchema.parse(JSON.parse(readFileSync(pinsFile, 'utf8')));

const core = ['init', 'def', 'inet_chksum', 'ip', 'mem', 'memp', 'netif', 'pbuf', 'tcp', 'tcp_in', 'tcp_out', 'timeouts', 'udp'];
const four = ['icmp', 'ip4', 'ip4_addr', 'ip4_frag'];
const six = ['icmp6', 'inet6', 'ip6', 'ip6_addr', 'ip6_frag', 'nd6'];
const lwipFiles = [...core, ...four.map((name) => `ipv4/${name}`), ...six.map((name) => `ipv6/${name}`)].map(
  (name) => `src/core/${name}.c`,
);

const compiler = 'clang-14';
const flags = [
  '--target=wasm32-wasi',
  '--sysroot=/usr',
  '-isystem/usr/include/wasm32-wasi',
  '-L/usr/lib/wasm32-wasi',
  '-mbulk-memory',
  '-flto',
  '-O3',
  '-Wall',
  '-mexec-model=reactor',
  '-Wl,--initial-memory=8388608',
  // 64 MiB that stack.c counts, plus malloc's own overhead
  '-Wl,--max-memory=100663296',
  '-Wl,-z,stack-size=65536',
  '-Wl,--strip-all',
];

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Which of the pinned tools are missing here, or have another version. Empty: the module can be made, byte for byte. */
export function missingTools(): string[] {
  return Object.entries(readPins().tools).flatMap(([name, version]) => {
    const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '${Version}', name], { encoding: 'utf8' });
    return stdout === version ? [] : [`${name} ${version}`];
  });
}

/** Compiles the module. Fails if a source cannot be fetched, a patch does not apply, or clang refuses. */
export async function buildStack(pool: string | null): Promise<{ module: Buffer; licence: Buffer }> {
  const { source, patches } = readPins();
  const work = mkdtempSync(join(tmpdir(), 'causeway-lwip-'));
  try {
    const bases = poolBases(pool);
    for (const file of [source, patches]) {
      const archive = await fromPool(file, bases);
      mkdirSync(join(work, file.name));
      execFileSync('tar', ['-xJf', archive, '-C', join(work, file.name), ...(file === source ? ['--strip-components=1'] : [])]);
    }
    const lwip = join(work, source.name);
    const patchFolder = join(work, patches.name, 'debian/patches');
    for (const name of readFileSync(join(patchFolder, 'series'), 'utf8').split('\n').filter(Boolean)) {
      execFileSync('patch', ['-s', '-p1', '-d', lwip, '-i', join(patchFolder, name)]);
    }
    const out = join(work, 'stack.wasm');
    // Runs in lwIP's folder with bare file names, because the module may contain the names
    const ours = ['-I', folder, '-I', 'src/include', join(folder, 'stack.c')];
    execFileSync(compiler, [...flags, ...ours, ...lwipFiles, '-o', out], { cwd: lwip, stdio: ['ignore', 'ignore', 'pipe'] });
    return { module: readFileSync(out), licence: readFileSync(join(lwip, 'COPYING')) };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { check: { type: 'boolean' }, pool: { type: 'string' } } });
  const missing = missingTools();
  if (missing.length > 0) throw new Error(`The network stack is made with ${missing.join(', ')}, which is not installed.`);
  const { module, licence } = await buildStack(values.pool ?? null);
  if (values.check) {
    const same = module.equals(readFileSync(stackFile));
    console.log(same ? 'stack.wasm is what its sources make.' : 'stack.wasm is not what its sources make.');
    process.exitCode = same ? 0 : 1;
    return;
  }
  writeFileSync(stackFile, module);
  writeFileSync(licenceFile, licence);
  writeFileSync(sumFile, readFileSync(sumFile, 'utf8').replace(/'[0-9a-f]{64}'/, `'${sha256Of(module)}'`));
  writeFileSync(pinsFile, `${JSON.stringify({ ...readPins(), result: sha256Of(module) }, null, 2)}\n`);
  console.log(`stack.wasm: ${module.length} bytes, ${sha256Of(module)}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
