import { parseRegExpLiteral, type AST } from '@eslint-community/regexpp';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** A regular expression in the source. */
export interface Expression {
  /** `file:line`, relative to the repository's root. */
  place: string;
  /** Its spelling: `/…/flags`. */
  literal: string;
}

const isSource = (name: string): boolean => /\.([cm]?js|tsx?)$/.test(name) && !name.endsWith('.d.ts');

/** Every regular expression literal in the TypeScript below these folders, as the compiler parses it. */
export function expressionsIn(root: string, folders: readonly string[]): Expression[] {
  return inEverySource(root, folders, (node) => (ts.isRegularExpressionLiteral(node) ? node.text : null)).map(({ place, found }) => ({
    place,
    literal: found,
  }));
}

/**
 * The places that make an expression from text at run time, which no check can see beforehand: by `RegExp` under any name,
 * or by a string method that turns its argument into an expression.
 */
export function madeAtRunTime(root: string, folders: readonly string[]): string[] {
  return inEverySource(root, folders, (node) => (isMaker(node) ? '' : null)).map(({ place }) => place);
}

/** Whether a node makes an expression at run time: see {@link madeAtRunTime}. */
function isMaker(node: ts.Node): boolean {
  const named = (ts.isIdentifier(node) || ts.isStringLiteralLike(node)) && node.text === 'RegExp';
  if (named) return !ts.isTypeReferenceNode(node.parent) && !isInstanceOf(node.parent);
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false;
  const [pattern, ...more] = node.arguments;
  if (!['match', 'matchAll', 'search'].includes(node.expression.name.text) || pattern === undefined) return false;
  return more.length === 0 && !ts.isRegularExpressionLiteral(pattern);
}

const isInstanceOf = (node: ts.Node): boolean => ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.InstanceOfKeyword;

/** Whether a piece of source makes an expression at run time. For the test of this search. */
export function makesOne(source: string): boolean {
  const all: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    all.push(node);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('piece.ts', source, ts.ScriptTarget.Latest, true));
  return all.some(isMaker);
}

function inEverySource(
  root: string,
  folders: readonly string[],
  look: (node: ts.Node) => string | null,
): { place: string; found: string }[] {
  const files = folders.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter(isSource)
      .map((name) => path.join(folder, name)),
  );
  return files.flatMap((file) => {
    const source = ts.createSourceFile(file, readFileSync(path.join(root, file), 'utf8'), ts.ScriptTarget.Latest, true);
    const all: { place: string; found: string }[] = [];
    const visit = (node: ts.Node): void => {
      const found = look(node);
      if (found !== null) all.push({ place: `${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`, found });
      ts.forEachChild(node, visit);
    };
    visit(source);
    return all;
  });
}

/** The single characters that are tried, commonest first. */
const characters = [
  ...Array.from('a 1\t\n.-/:=<>"\'&%#,;!@[](){}_|\\0AZz~'),
  '\u0000',
  '\u001b',
  '\u00e9',
  '\u4e2d',
  '\u202e',
  '\u{1f600}',
];
/** Endings that make an expression which has read the whole text backtrack. */
const endings = ['', '\u0000', '!', 'x', ' x', '\n', '\nx', '"', 'x'.repeat(300)];

/**
 * Texts that are slow for one expression, each of `length` characters. For each repetition: what comes before it, then
 * what it repeats, as often as fits; or what comes before it, as often as fits; each with several endings.
 */
export function hostileTexts({ literal }: Expression, length: number): Iterable<string> {
  const { pattern, flags } = parseRegExpLiteral(literal);
  const starts = pattern.alternatives.flatMap((alternative) => repetitionsOf(alternative, '', flags.raw));
  const units = new Map(starts.map((start) => [`${start.before}\n\n${start.unit}`, start]));
  return texts([...units.values()], length);
}

function* texts(starts: readonly Repetition[], length: number): Iterable<string> {
  for (const { before, unit } of starts) {
    for (const ending of endings) yield fill(before, unit, ending, length);
    if (before !== '') yield fill('', before, '', length);
    if (before !== '') yield fill('', `${before}${unit}`, '', length);
    yield fill(before, `${unit}x`, '', length);
  }
  for (const unit of [' ', 'a', '0', '\n', '\t', '<', '.', '{', '\u0000']) yield fill('', unit, '!', length);
}

const fill = (before: string, unit: string, ending: string, length: number): string =>
  before + unit.repeat(Math.max(0, Math.floor((length - before.length - ending.length) / unit.length))) + ending;

interface Repetition {
  before: string;
  unit: string;
}

/** The repetitions in an element, each with a shortest text that leads to it. */
function repetitionsOf(node: AST.Node, before: string, flags: string): Repetition[] {
  if (node.type === 'Alternative') {
    let lead = before;
    return node.elements.flatMap((element) => {
      const found = repetitionsOf(element, lead, flags);
      lead += sampleOf(element, flags);
      return found;
    });
  }
  if (node.type === 'Quantifier') {
    const inside = repetitionsOf(node.element, before, flags);
    const units = isSingle(node.element) ? matching(node.element.raw, flags).slice(0, 8) : [sampleOf(node.element, flags)];
    return [...inside, ...(node.max > 1 ? units.filter((unit) => unit !== '').map((unit) => ({ before, unit })) : [])];
  }
  return 'alternatives' in node ? node.alternatives.flatMap((alternative) => repetitionsOf(alternative, before, flags)) : [];
}

/** A shortest text that matches an element. Lookarounds match the empty text. */
function sampleOf(node: AST.Node, flags: string): string {
  if (isSingle(node)) return matching(node.raw, flags)[0] ?? '';
  if (node.type === 'Alternative') return node.elements.map((element) => sampleOf(element, flags)).join('');
  if (node.type === 'Quantifier') return sampleOf(node.element, flags).repeat(Math.max(node.min, node.max > 1 ? 1 : 0));
  if (node.type !== 'Group' && node.type !== 'CapturingGroup') return '';
  const [first] = node.alternatives;
  return first ? sampleOf(first, flags) : '';
}

const isSingle = (node: AST.Node): boolean => ['Character', 'CharacterSet', 'CharacterClass'].includes(node.type);

function matching(raw: string, flags: string): string[] {
  const one = new RegExp(`^(?:${raw})$`, flags.replaceAll(/[gy]/g, ''));
  const found = characters.filter((each) => one.test(each));
  return found.length > 0 ? found : Array.from(raw).filter((each) => one.test(each));
}
