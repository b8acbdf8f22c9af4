import { unreadable, type Use } from './electron-uses.ts';

/** A name that the contract has a row for, and the line of that row. */
export interface Promised {
  /** As in {@link Use.name}. */
  readonly name: string;
  readonly line: number;
}

/**
 * The names in the contract's tables. A heading holds the name of one of Electron's classes or structures. Below it, the
 * first cell of each row holds members, events (in quotes) and `new`, each in backticks.
 */
export function promisedBy(markdown: string): Promised[] {
  let owner: string | null = null;
  return markdown.split('\n').flatMap((text, index) => {
    const heading = /^#+ (.*)$/.exec(text);
    if (heading) owner = /^`(\w+)`/.exec(heading[1] ?? '')?.[1] ?? null;
    const cell = owner === null ? null : /^\|([^|]*)\|/.exec(text)?.[1];
    const names = [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
    return names.map((name) => ({ name: `${owner ?? ''}${name.startsWith("'") ? ' ' : '.'}${name}`, line: index + 1 }));
  });
}

/** What the product uses and the contract lacks, and what the contract has and the product no longer uses. One line each. */
export function breaches(uses: readonly Use[], promised: readonly Promised[], contract: string): string[] {
  const promisedNames = new Set(promised.map(({ name }) => name));
  const usedNames = new Set(uses.map(({ name }) => name));
  return [
    ...uses
      .filter(({ name }) => !promisedNames.has(name) || name.includes(unreadable))
      .map(({ name, file, line }) => `${file}:${line} ${name} is not in the contract of Electron's double (${contract})`),
    ...promised.filter(({ name }) => !usedNames.has(name)).map(({ name, line }) => `${contract}:${line} ${name} is used nowhere any more`),
  ];
}
