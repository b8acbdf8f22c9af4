#!/usr/bin/env node
// In the place of fpm, which electron-builder would fetch to make a deb: takes its words and makes the deb with Debian's own dpkg-deb.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const lists = { depends: [], recommends: [] };
const options = {};
const files = [];
const args = process.argv.slice(2);
while (args.length > 0) {
  const word = args.shift();
  if (word === '--force') continue;
  if (word === '-d') lists.depends.push(args.shift());
  else if (word === '--deb-recommends') lists.recommends.push(args.shift());
  else if (word.startsWith('-')) options[word.replace(/^-+/, '')] = args.shift();
  else files.push(word);
}

const root = mkdtempSync(path.join(tmpdir(), 'causeway-deb-'));
try {
  for (const file of files) {
    const [from, to] = [file.slice(0, file.lastIndexOf('=')), path.join(root, file.slice(file.lastIndexOf('=') + 1))];
    mkdirSync(path.dirname(to), { recursive: true });
    if (statSync(from).isDirectory()) cpSync(from, to, { recursive: true, verbatimSymlinks: true });
    else copyFileSync(from, to);
  }
  mkdirSync(path.join(root, 'DEBIAN'));
  for (const [option, name] of [
    ['after-install', 'postinst'],
    ['after-remove', 'postrm'],
  ]) {
    if (options[option] === undefined) continue;
    copyFileSync(options[option], path.join(root, 'DEBIAN', name));
    chmodSync(path.join(root, 'DEBIAN', name), 0o755);
  }
  const [synopsis = '', ...more] = options.description.split('\n');
  const control = {
    Package: options.name,
    Version: options.version,
    Architecture: options.architecture,
    Maintainer: options.maintainer,
    Depends: lists.depends.join(', '),
    Recommends: lists.recommends.join(', '),
    Homepage: options.url,
    Description: [synopsis, ...more.map((line) => ` ${line.trim() || '.'}`)].join('\n'),
  };
  writeFileSync(
    path.join(root, 'DEBIAN/control'),
    Object.entries(control)
      .map(([name, value]) => `${name}: ${value}\n`)
      .join(''),
  );
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zgzip', '-z1', '--build', root, options.package], { stdio: 'inherit' });
} finally {
  rmSync(root, { recursive: true, force: true });
}
