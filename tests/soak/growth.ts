import { heldKeys, type Held } from './measure.ts';

/** One measurement in the course of a soak. */
export interface Look {
  readonly phase: string;
  readonly round: number;
  /** Seconds since the start. */
  readonly at: number;
  readonly held: Held;
}

/** What a phase held early and at its end, by the median of some looks, and whether it grew by more than is allowed. */
export interface Growth {
  readonly phase: string;
  readonly key: keyof Held;
  readonly early: number;
  readonly late: number;
  readonly isTooMuch: boolean;
}

/** More than this part is growth. */
const allowed = 0.1;
/** What differs from one moment to the next without growing: a timer more, a page of memory. */
const slack: Readonly<Record<keyof Held, number>> = {
  mainHeapMiB: 1,
  mainRssMiB: 8,
  windowHeapMiB: 1,
  childRssMiB: 8,
  descriptors: 3,
  sockets: 3,
  timers: 3,
  handles: 3,
  childProcesses: 0,
  listeningPorts: 0,
  profileFiles: 1,
  profileMiB: 1,
};

/** Compares the looks after `warmUp` rounds of each phase with its last ones. */
export function growthOf(looks: readonly Look[], warmUp: number): Growth[] {
  const phases = [...new Set(looks.map(({ phase }) => phase))];
  return phases.flatMap((phase) => {
    const settled = looks.filter((look) => look.phase === phase && look.round >= warmUp);
    const some = Math.max(1, Math.min(5, Math.floor(settled.length / 2)));
    const median = (part: readonly Look[], key: keyof Held): number => {
      const sorted = part.map(({ held }) => held[key]).toSorted((a, b) => a - b);
      return sorted[sorted.length >> 1] ?? 0;
    };
    return heldKeys.map((key) => {
      const early = median(settled.slice(0, some), key);
      const late = median(settled.slice(-some), key);
      return { phase, key, early, late, isTooMuch: late > early * (1 + allowed) && late - early > slack[key] };
    });
  });
}

/** The growth as a table, and each key's curve over the whole run as a drawing. */
export function tableOf(growth: readonly Growth[]): string {
  const rows = growth.map(
    ({ phase, key, early, late, isTooMuch }) =>
      `| ${phase} | ${key} | ${early.toFixed(1)} | ${late.toFixed(1)} | ${early === 0 ? '' : `${((late / early - 1) * 100).toFixed(0)} %`} | ${isTooMuch ? '**grew**' : 'ok'} |`,
  );
  return ['| Phase | Held | Early | Late | Change | |', '| --- | --- | ---: | ---: | ---: | --- |', ...rows, ''].join('\n');
}

const width = 760;
const height = 120;

export function curvesOf(looks: readonly Look[]): string {
  const end = Math.max(1, looks.at(-1)?.at ?? 1);
  const curves = heldKeys.map((key, index) => {
    const top = Math.max(1, ...looks.map(({ held }) => held[key]));
    const y = index * (height + 40) + 30;
    const points = looks.map(
      ({ at, held }) => `${((at / end) * width).toFixed(1)},${(y + height - (held[key] / top) * height).toFixed(1)}`,
    );
    return `<text x="0" y="${y - 8}">${key}, at most ${top.toFixed(1)}</text><rect x="0" y="${y}" width="${width}" height="${height}" fill="none" stroke="#ccc"/><polyline fill="none" stroke="#0b6670" points="${points.join(' ')}"/>`;
  });
  const total = heldKeys.length * (height + 40) + 30;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width + 20}" height="${total}" viewBox="-10 0 ${width + 20} ${total}" font-family="sans-serif" font-size="13">${curves.join('')}</svg>\n`;
}
