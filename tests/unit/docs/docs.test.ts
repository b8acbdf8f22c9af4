import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { describe, expect, it } from 'vitest';
import { accessProtocol, clientMessageSchema, gatewayMessageSchema } from '../../../shared/access-protocol.ts';
import { accessStateSchema, stateDiagram } from '../../../shared/access-state.ts';
import { answersSchema } from '../../../electron/cli/answers-file.ts';
import { exitCode } from '../../../electron/cli/exit-codes.ts';
import { eventSchema } from '../../../electron/cli/report.ts';
import { commandLine } from '../../../shared/messages/en/command-line.ts';
import { discoveryPath, profileSchema, readProfile } from '../../../shared/profile.ts';
import { recoveryPaths } from '../../../shared/recovery.ts';
import { frameType, refusalReasons, relayProtocol } from '../../../shared/relay-protocol.ts';
import { guideSteps } from '../../../shared/guide.ts';

const root = join(import.meta.dirname, '../../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

describe('docs/architecture.md', () => {
  it('architecture.md shows the state diagram that the table gives', () => {
    const [, shown] = /<!-- state diagram[^>]*-->\n([\s\S]*?)\n<!-- end/.exec(read('docs/architecture.md')) ?? [];
    expect(shown).toBe(`\`\`\`mermaid\n${stateDiagram()}\n\`\`\``);
  });
});

describe('docs/dependencies.md', () => {
  it('dependencies.md has a line for every package', () => {
    const text = read('docs/dependencies.md');
    const names = z.record(z.string(), z.string());
    const { dependencies, devDependencies } = z
      .object({ dependencies: names, devDependencies: names })
      .parse(JSON.parse(read('package.json')));
    const packages = Object.keys({ ...dependencies, ...devDependencies }).map((name) => (name.startsWith('@types/') ? '@types/*' : name));
    expect(packages.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });
});

describe('docs/profiles.md', () => {
  it('profiles.md has a line for every key of a profile, and no other', () => {
    const rows = [...read('docs/profiles.md').matchAll(/^\| `(\w+)`/gm)].map(([, key]) => key);
    expect(rows.sort()).toEqual(Object.keys(profileSchema.shape).sort());
  });
});

describe('README.md and docs/profiles.md', () => {
  it('the profiles in README.md and profiles.md are read without loss', () => {
    const examples = `${read('README.md')}\n${read('docs/profiles.md').split('## Examples')[1] ?? ''}`;
    const blocks = [...examples.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = '']) => readProfile(text));
    expect(blocks.map(({ profile }) => profile.protocol)).toEqual(['anyconnect', 'nc', 'nc', 'gp']);
    expect(blocks.flatMap(({ dropped }) => dropped)).toEqual([]);
  });
});

describe('docs/security.md', () => {
  const [, table = ''] = /<!-- threats -->\s+([\s\S]*?)\s+<!-- end/.exec(read('docs/security.md')) ?? [];
  const rows = table.split('\n').slice(2);

  it('security.md has a test for every threat, and each of them exists', () => {
    expect(rows.length).toBeGreaterThan(20);
    const missing = rows.flatMap((row) => {
      const [, who = '', where = '', , tests = ''] = row.split(/(?<!\\)\|/).map((cell) => cell.trim());
      const files = [...tests.matchAll(/`(tests\/[\w./-]+)` ((?:“[^”]+”(?:, )?)+)/g)];
      const absent = files.flatMap(([, file = '', names = '']) => {
        const text = existsSync(join(root, file)) ? read(file) : '';
        return [...names.matchAll(/“([^”]+)”/g)].map(([, name = '']) => name).filter((name) => !text.includes(name));
      });
      return files.length === 0 ? [`${who} ${where}: no test`] : absent.map((name) => `${where}: ${name}`);
    });
    expect(missing).toEqual([]);
  });

  it('security.md names only tests that exist, in all its tables', () => {
    const named = read('docs/security.md')
      .split(/\n(?!\|)/)
      .flatMap((table) => {
        const [head = '', , ...lines] = table.split('\n').filter((line) => line.startsWith('|'));
        return /\| (Shown by|Played in)[^|]*\|$/.test(head) ? lines : [];
      })
      .map((row) => row.split(/(?<!\\)\|/).at(-2) ?? '');
    expect(named.length).toBeGreaterThan(70);
    const absent = named.flatMap((cell) => {
      // `kill -9` and its like are no names of files
      const files = [...cell.matchAll(/`([\w./-]+)`/g)].map(([, name = '']) => ({ name, file: testFile(name) }));
      const text = files.map(({ file }) => (file === undefined ? '' : read(file))).join('\n');
      const titles = [...cell.matchAll(/[“"]([^”"]+)[”"]/g)].map(([, title = '']) => title);
      return [...files.flatMap(({ name, file }) => (file === undefined ? [name] : [])), ...titles.filter((title) => !text.includes(title))];
    });
    expect(absent).toEqual([]);
  });

  /** The file of a test, named whole, or without `tests/` and its ending; of `wine` and `e2e` by its name alone. */
  function testFile(name: string): string | undefined {
    const places = name.startsWith('tests/') ? [name] : ['', 'wine/', 'e2e/'].map((folder) => `tests/${folder}${name}`);
    return places
      .flatMap((place) => [place, `${place}.test.ts`, `${place}.spec.ts`])
      .find((place) => place.endsWith('.ts') && existsSync(join(root, place)));
  }
});

describe('docs/protocol.md', () => {
  const text = read('docs/protocol.md');

  it('protocol.md names every message, frame, reason, page and address', () => {
    const messages = [clientMessageSchema, gatewayMessageSchema].flatMap(({ def }) =>
      def.options.map(({ shape }) => shape.type.def.values[0]),
    );
    const pages = Object.values(guideSteps).flatMap((steps) => steps.flatMap(({ paths }) => [...paths]));
    const named = [...messages, ...refusalReasons, ...pages, accessProtocol.subprotocol, relayProtocol.subprotocol];
    expect(named.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
    expect(Object.values(recoveryPaths).filter((path) => !text.includes(path))).toEqual([]);
    expect(text).toContain(discoveryPath);
    for (const [name, type] of Object.entries(frameType)) expect(text).toMatch(new RegExp(`\\| ${type} +\\| ${name.toUpperCase()} +\\|`));
    refusalReasons.forEach((reason, byte) => expect(text).toContain(`${byte} \`${reason}\``));
  });

  it('protocol.md has the numbers that the code has', () => {
    const spelled = (value: number): string => value.toLocaleString('en');
    for (const value of [relayProtocol.windowBytes, relayProtocol.maxDataBytes, relayProtocol.maxStreams])
      expect(text).toContain(spelled(value));
    expect(text).toContain(`${accessProtocol.helloTimeoutMs / 1000} s`);
    expect(text).toContain(
      `ping every ${accessProtocol.pingEveryMs / 1000} s; a side that is silent for ${accessProtocol.deadAfterMs / 1000} s`,
    );
    expect(text).toContain(`${accessProtocol.answerTimeoutMs / 60_000} minutes`);
    expect(text).toContain(`${accessProtocol.maxMessageBytes / 1024} KiB`);
  });
});

describe('docs/command-line.md', () => {
  const text = read('docs/command-line.md');

  it('command-line.md names every command, option, answer, event with its fields, state and exit code', () => {
    const help = commandLine.help.match(/^ {2}(-*[a-z-]+)/gm)?.map((word) => word.trim()) ?? [];
    expect(help.length).toBeGreaterThan(12);
    const events = eventSchema.def.options.flatMap(({ shape }) => [
      ...shape.event.def.values,
      ...Object.keys(shape).filter((key) => key !== 'event'),
    ]);
    const states = accessStateSchema.def.options.flatMap(({ shape }) => shape.kind.def.values);
    const named = [...help, ...events, ...states, ...Object.keys(answersSchema.shape)];
    expect(named.filter((name) => !text.includes(`\`${name}\``) && !text.includes(`\`${name} `))).toEqual([]);
    for (const code of Object.values(exitCode)) if (code !== exitCode.fault) expect(text).toMatch(new RegExp(`\\| ${code} +\\|`));
  });
});
