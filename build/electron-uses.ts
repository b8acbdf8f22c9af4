import path from 'node:path';
import ts from 'typescript';

/**
 * Finds the parts of Electron that a program uses, with TypeScript's checker: members, events and options declared in
 * `electron.d.ts`. It follows imports, parameters, inference, aliases, destructuring, and interfaces of ours that
 * Electron's objects are passed as.
 */
export interface Use {
  /** `BaseWindow.setBounds`; `BaseWindow 'close'` for an event; `BaseWindow.new` for its constructor. */
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

/** The event's name is not a constant, so the checker cannot read it. */
export const unreadable = '(a name that only the run knows)';

const isElectrons = (node: ts.Node): boolean => node.getSourceFile().fileName.endsWith('/electron/electron.d.ts');
const listening = new Set(['on', 'once', 'off', 'addListener', 'removeListener', 'removeAllListeners', 'prependListener', 'emit']);

/** The uses in those files of a program for which `isOurs` is true, in the order of the text. */
export function usesOfElectron(program: ts.Program, isOurs: (file: string) => boolean): Use[] {
  const files = program.getSourceFiles().filter(({ fileName, isDeclarationFile }) => !isDeclarationFile && isOurs(fileName));
  return reaching(files).flatMap((file) => new Reader(program.getTypeChecker(), file).read());
}

/** The files that Electron's types can reach: they name them, or import a file that does. Checking others would only take time. */
function reaching(files: readonly ts.SourceFile[]): ts.SourceFile[] {
  const reached = new Set(files.filter(({ text }) => /['"]electron(?:\/\w+)?['"]|\bElectron\./.test(text)).map(({ fileName }) => fileName));
  const importedBy = (file: ts.SourceFile): string[] =>
    ts.preProcessFile(file.text).importedFiles.map(({ fileName }) => path.resolve(path.dirname(file.fileName), fileName));
  const imports = new Map(files.map((file) => [file.fileName, importedBy(file)]));
  for (let before = -1; before !== reached.size;) {
    before = reached.size;
    for (const [file, imported] of imports) if (imported.some((each) => reached.has(each))) reached.add(file);
  }
  return files.filter(({ fileName }) => reached.has(fileName));
}

/** The uses in one file. */
class Reader {
  private readonly uses: Use[] = [];

  constructor(
    private readonly checker: ts.TypeChecker,
    private readonly file: ts.SourceFile,
  ) {}

  read(): Use[] {
    this.visit(this.file);
    return this.uses;
  }

  private visit(node: ts.Node): void {
    if (ts.isCallExpression(node)) this.call(node);
    else if (ts.isNewExpression(node)) this.construction(node);
    else if (ts.isPropertyAccessExpression(node)) this.symbol(this.checker.getSymbolAtLocation(node.name), node.name);
    else if (ts.isElementAccessExpression(node)) this.element(node);
    else if (ts.isObjectBindingPattern(node)) this.pattern(node);
    else if (ts.isObjectLiteralExpression(node)) this.literal(node);
    if (ts.isExpression(node) && isHandedOver(node)) this.flow(node);
    ts.forEachChild(node, (child) => this.visit(child));
  }

  private add(name: string, at: ts.Node): void {
    const line = this.file.getLineAndCharacterOfPosition(at.getStart()).line + 1;
    this.uses.push({ name, file: path.relative(process.cwd(), this.file.fileName), line });
  }

  /** A member, if it has a declaration of Electron's. */
  private symbol(symbol: ts.Symbol | undefined, at: ts.Node): void {
    for (const declaration of symbol?.declarations ?? []) {
      if (!isElectrons(declaration)) continue;
      const owner = ownerOf(declaration);
      // Listeners are identified by the event's name
      const notified =
        symbol && listening.has(symbol.name) && ts.isPropertyAccessExpression(at.parent) && ts.isCallExpression(at.parent.parent);
      if (owner !== null && symbol && !notified) this.addOnce(`${owner}.${symbol.name}`, at);
    }
  }

  /** Overloads have several declarations but count as one use. */
  private addOnce(name: string, at: ts.Node): void {
    const line = this.file.getLineAndCharacterOfPosition(at.getStart()).line + 1;
    if (!this.uses.some((use) => use.name === name && use.line === line)) this.add(name, at);
  }

  private property(type: ts.Type, name: string, at: ts.Node): void {
    for (const part of partsOf(type)) this.symbol(this.checker.getPropertyOfType(this.checker.getApparentType(part), name), at);
  }

  private element(node: ts.ElementAccessExpression): void {
    const type = this.checker.getTypeAtLocation(node.expression);
    for (const name of this.namesOf(node.argumentExpression)) this.property(type, name, node);
  }

  private pattern(pattern: ts.ObjectBindingPattern): void {
    const type = this.checker.getTypeAtLocation(pattern);
    for (const { propertyName, name, dotDotDotToken } of pattern.elements) {
      const key = propertyName ?? name;
      if (!dotDotDotToken && (ts.isIdentifier(key) || ts.isStringLiteral(key))) this.property(type, key.text, key);
    }
  }

  /** Options, by the type that the place of the object literal expects, or the left side of a destructuring assignment. */
  private literal(literal: ts.ObjectLiteralExpression): void {
    const isTarget = ts.isBinaryExpression(literal.parent) && literal.parent.left === literal;
    const type = isTarget ? this.checker.getTypeAtLocation(literal.parent.right) : this.checker.getContextualType(literal);
    if (!type) return;
    for (const property of literal.properties) {
      if (ts.isSpreadAssignment(property)) {
        const spread = this.checker.getTypeAtLocation(property.expression);
        for (const { name } of spread.getProperties()) this.property(type, name, property);
      } else if (ts.isIdentifier(property.name) || ts.isStringLiteral(property.name)) {
        this.property(type, property.name.text, property);
      }
    }
  }

  private construction(node: ts.NewExpression): void {
    const { symbol } = this.checker.getTypeAtLocation(node);
    if ((symbol as ts.Symbol | undefined)?.declarations?.some((each) => isElectrons(each) && ts.isClassDeclaration(each)))
      this.add(`${symbol.name}.new`, node);
  }

  private call(node: ts.CallExpression): void {
    const callee = node.expression;
    if (ts.isPropertyAccessExpression(callee) && listening.has(callee.name.text)) {
      this.event(callee.expression, node.arguments[0], this.checker.getResolvedSignature(node)?.declaration);
    } else if (ts.isIdentifier(callee) && (callee.text === 'once' || callee.text === 'on')) {
      // From `node:events`
      const [emitter, name] = node.arguments;
      if (emitter && name) this.event(emitter, name, undefined);
    } else if (ts.isPropertyAccessExpression(callee) && ts.isIdentifier(callee.expression) && callee.expression.text === 'Reflect') {
      const [target, name] = node.arguments;
      if (target && name) for (const each of this.namesOf(name)) this.property(this.checker.getTypeAtLocation(target), each, name);
    }
  }

  private event(emitter: ts.Expression, name: ts.Expression | undefined, declaration: ts.Node | undefined): void {
    const symbol = this.checker.getTypeAtLocation(emitter).getSymbol();
    const isOfElectron = symbol?.declarations?.every(isElectrons) === true;
    if (!symbol || !(isOfElectron || (declaration && isElectrons(declaration)))) return;
    const owner = (declaration && isElectrons(declaration) ? ownerOf(declaration) : null) ?? symbol.name;
    // A channel is the app's own name for a message, not one of Electron's events
    if (declaration && isElectrons(declaration) && firstParameter(declaration) === 'channel') {
      this.add(`${owner}.${ts.isPropertyAccessExpression(emitter.parent) ? emitter.parent.name.text : 'on'}`, emitter);
      return;
    }
    const names = name ? this.namesOf(name) : [];
    for (const each of names.length > 0 ? names : [unreadable]) this.add(`${owner} '${each}'`, name ?? emitter);
  }

  private namesOf(expression: ts.Expression): string[] {
    const parts = partsOf(this.checker.getTypeAtLocation(expression));
    return parts.every((part) => part.isStringLiteral()) ? parts.flatMap((part) => (part.isStringLiteral() ? [part.value] : [])) : [];
  }

  /** An object of ours is passed where Electron's is expected, or the other way round: the members that both have are used. */
  private flow(node: ts.Expression): void {
    if (ts.isObjectLiteralExpression(node)) return;
    const target = this.checker.getContextualType(node);
    if (target) this.between(this.checker.getTypeAtLocation(node), target, node, new Set());
  }

  private between(actual: ts.Type, expected: ts.Type, at: ts.Node, seen: Set<ts.Type>): void {
    if (actual === expected || seen.has(actual)) return;
    seen.add(actual);
    for (const from of partsOf(actual))
      for (const to of partsOf(expected)) {
        if (from === to) continue;
        this.functions(from, to, at, seen);
        if (isTypeOfElectron(from) === isTypeOfElectron(to) || isTypeParameter(to)) continue;
        for (const { name } of to.getProperties()) {
          const [mine, theirs] = [from, to].map((each) => this.checker.getPropertyOfType(each, name));
          if (!mine || !theirs) continue;
          this.symbol(isTypeOfElectron(from) ? mine : theirs, at);
          this.between(this.checker.getTypeOfSymbol(mine), this.checker.getTypeOfSymbol(theirs), at, seen);
        }
      }
  }

  /** A function of ours that Electron calls: its parameters are Electron's objects, and its result becomes one. */
  private functions(from: ts.Type, to: ts.Type, at: ts.Node, seen: Set<ts.Type>): void {
    const [ours] = from.getCallSignatures();
    const [theirs] = to.getCallSignatures();
    if (!ours || !theirs || ts.isArrowFunction(at) || ts.isFunctionExpression(at)) return;
    ours.parameters.forEach((parameter, index) => {
      const actual = theirs.parameters[index];
      if (actual) this.between(this.checker.getTypeOfSymbol(actual), this.checker.getTypeOfSymbol(parameter), at, seen);
    });
    this.between(ours.getReturnType(), theirs.getReturnType(), at, seen);
  }
}

/** Whether an expression is passed on: as an argument, a value or a result. */
function isHandedOver(node: ts.Expression): boolean {
  const { parent } = node;
  if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) return parent.expression !== node;
  if (ts.isBinaryExpression(parent)) return parent.right === node && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken;
  if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent) || ts.isParameter(parent))
    return parent.initializer === node;
  return ts.isShorthandPropertyAssignment(parent) || ts.isReturnStatement(parent) || (ts.isArrowFunction(parent) && parent.body === node);
}

const partsOf = (type: ts.Type): readonly ts.Type[] => (type.isUnion() ? type.types : [type]);
const isTypeParameter = (type: ts.Type): boolean => (type.flags & ts.TypeFlags.TypeParameter) !== 0;
const isTypeOfElectron = (type: ts.Type): boolean =>
  [type.getSymbol(), type.aliasSymbol].some(
    (symbol) => (symbol?.declarations ?? []).length > 0 && symbol?.declarations?.every(isElectrons) === true,
  );

/** The class or interface that declares a member. Null if there is none (names of the module itself). */
function ownerOf(declaration: ts.Node): string | null {
  for (let node = declaration.parent; !ts.isSourceFile(node); node = node.parent) {
    if (ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return node.name?.text ?? null;
    if (ts.isModuleDeclaration(node)) return null;
  }
  return null;
}

function firstParameter(declaration: ts.Node): string | null {
  const [parameter] = ts.isFunctionLike(declaration) ? declaration.parameters : [];
  return parameter && ts.isIdentifier(parameter.name) ? parameter.name.text : null;
}
