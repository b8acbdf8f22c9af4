import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { breaches, promisedBy } from './electron-contract.ts';
import { usesOfElectron } from './electron-uses.ts';

/** `npm run check:electron`: checks that the double's contract lists exactly the parts of Electron that the product uses. */
const contract = 'tests/electron-double/README.md';
const folder = `${path.resolve('electron')}${path.sep}`;

const { config } = ts.readConfigFile('tsconfig.node.json', (file) => ts.sys.readFile(file)) as { config: object };
const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, process.cwd());
const isOurs = (file: string): boolean => path.resolve(file).startsWith(folder);
const program = ts.createProgram(fileNames.filter(isOurs), { ...options, noEmit: true });

const found = breaches(usesOfElectron(program, isOurs), promisedBy(readFileSync(contract, 'utf8')), contract);
for (const line of found) console.log(line);
process.exitCode = found.length > 0 ? 1 : 0;
