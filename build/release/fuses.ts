import { readFileSync } from 'node:fs';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import type { Package } from './packed.ts';

/** What `electron-builder.yml` wants of each fuse, by its name in `@electron/fuses`. */
function configured(): Map<string, boolean> {
  const section = /^electronFuses:\n((?: +\S.*\n)+)/m.exec(readFileSync('electron-builder.yml', 'utf8'))?.[1] ?? '';
  const lines = [...section.matchAll(/^ +(\w+): (true|false)$/gm)];
  const wanted = lines.map(([, name = '', value]): [string, boolean] => [name.charAt(0).toUpperCase() + name.slice(1), value === 'true']);
  // Not a fuse: what is done to macOS's signature afterwards
  return new Map(wanted.filter(([name]) => name !== 'ResetAdHocDarwinSignature'));
}

/** Which fuses of a packed executable are not as configured, in sentences. */
export async function wrongFuses({ executable }: Package): Promise<string[]> {
  const wire = new Map(Object.entries(await getCurrentFuseWire(executable)).map(([place, state]) => [place, Number(state)]));
  const wanted = configured();
  if (wanted.size === 0) return ['electron-builder.yml configures no fuses'];
  return [...wanted].flatMap(([name, on]) => {
    const place = Object.entries(FuseV1Options).find(([key]) => key === name)?.[1];
    const state = wire.get(String(place));
    // As characters: 0 is off, 1 is on (`FuseState` in its constants)
    return state === (on ? 0x31 : 0x30) ? [] : [`the fuse ${name} is ${String(state)}, and not ${on ? 'on' : 'off'}`];
  });
}
