import { readFileSync } from 'node:fs';
import { DOMParser } from '@xmldom/xmldom';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { differing, policyDocuments } from '../../../build/policy.ts';
import { policyFrom } from '../../../electron/storage/policy/policy.ts';
import { policyKeys, policyKeysInUse } from '../../../shared/policy/keys.ts';
import { sourceOf } from '../../support/policy.ts';

let documents: ReadonlyMap<string, string>;
beforeAll(async () => {
  documents = await policyDocuments();
});

const textOf = (file: string): string => documents.get(file) ?? expect.fail(`there is no ${file}`);
/** Throws at the first thing that is not well-formed. */
function parsed(text: string): Document {
  const refuse = (message: string): never => {
    throw new Error(message);
  };
  return new DOMParser({ errorHandler: { warning: refuse, error: refuse, fatalError: refuse } }).parseFromString(text, 'text/xml');
}
const all = (document: Document, name: string): Element[] => Array.from(document.getElementsByTagName(name));
const attributes = (elements: readonly Element[], name: string): string[] =>
  elements.map((element) => element.getAttribute(name) ?? '').filter((value) => value !== '');

test('the templates and documents of the policy are as its schema makes them (npm run policy)', async () => {
  expect(await differing()).toEqual([]);
});

test('a parser that refuses what is not well-formed reads the templates', () => {
  expect(() => parsed('<a><b></a>')).toThrow();
  for (const [file, text] of documents)
    if (/\.(admx|adml|plist|mobileconfig)$/.test(file)) expect(parsed(text).documentElement, file).toBeTruthy();
});

describe('the template for Group Policy and Intune', () => {
  let admx: Document;
  beforeAll(() => {
    admx = parsed(textOf('policies/windows/Causeway.admx'));
  });

  test('writes below Causeway’s own key only, and has no id that gpedit or Intune refuse', () => {
    const keys = attributes(
      ['policy', 'text', 'list', 'enum'].flatMap((name) => all(admx, name)),
      'key',
    );
    expect(keys.length).toBeGreaterThan(policyKeysInUse.length);
    for (const key of keys) expect(key).toMatch(/^Software\\Policies\\Causeway(\\\w+)?$/);
    const ids = [
      ...attributes(
        ['policy', 'category', 'definition'].flatMap((name) => all(admx, name)),
        'name',
      ),
      ...attributes(
        ['text', 'list', 'enum'].flatMap((name) => all(admx, name)),
        'id',
      ),
    ];
    for (const id of ids) expect(id).toMatch(/^[A-Za-z]\w*$/);
    expect(new Set(ids).size).toBe(ids.length);
    // Intune takes no template that needs another one
    expect(all(admx, 'using')).toEqual([]);
  });

  test('refers to categories and versions that it defines', () => {
    const defined = attributes([...all(admx, 'category'), ...all(admx, 'definition')], 'name');
    const used = [...all(admx, 'parentCategory'), ...all(admx, 'supportedOn')];
    for (const ref of attributes(used, 'ref')) expect(defined).toContain(ref);
  });

  test('has every key of the policy', () => {
    const names = attributes(all(admx, 'policy'), 'name').map((name) => name.toLowerCase());
    for (const key of policyKeysInUse) expect(names).toContain(key.toLowerCase());
  });

  test.each(['en-US', 'zh-TW', 'pt-PT'])('has each of its texts and forms in %s, once', (language) => {
    const adml = parsed(textOf(`policies/windows/${language}/Causeway.adml`));
    const raw = textOf('policies/windows/Causeway.admx');
    const strings = attributes(all(adml, 'string'), 'id');
    const presentations = attributes(all(adml, 'presentation'), 'id');
    const used = (kind: string): string[] => [...raw.matchAll(new RegExp(String.raw`\$\(${kind}\.(\w+)\)`, 'g'))].map(([, id]) => id ?? '');
    expect(strings.sort()).toEqual([...new Set(used('string'))].sort());
    expect(presentations.sort()).toEqual([...new Set(used('presentation'))].sort());
    for (const element of all(adml, 'string')) expect(element.textContent.trim(), element.getAttribute('id') ?? '').not.toBe('');
    // Each element of a policy has its control in that policy's form, and no other
    for (const policy of all(admx, 'policy')) {
      const form = all(adml, 'presentation').find((each) => each.getAttribute('id') === policy.getAttribute('name'));
      const ids = ['text', 'list', 'enum'].flatMap((name) => attributes(Array.from(policy.getElementsByTagName(name)), 'id'));
      const controls = ['textBox', 'listBox', 'dropdownList'].flatMap((name) =>
        form ? attributes(Array.from(form.getElementsByTagName(name)), 'refId') : [],
      );
      expect(controls.sort()).toEqual(ids.sort());
    }
  });

  test('is in three languages that differ', () => {
    const titles = ['en-US', 'zh-TW', 'pt-PT'].map((language) => {
      const adml = parsed(textOf(`policies/windows/${language}/Causeway.adml`));
      return new Map(all(adml, 'string').map((element) => [element.getAttribute('id'), element.textContent]));
    });
    const [english, ...others] = titles;
    const explained = [...(english?.keys() ?? [])].filter((id) => id?.endsWith('_Explain'));
    for (const other of others) for (const id of explained) expect(other.get(id), id ?? '').not.toBe(english?.get(id));
  });
});

test('the samples for Linux are understood in every key', async () => {
  const all = z.record(z.string(), z.unknown()).parse(JSON.parse(textOf('policies/linux/policy.json')));
  const { $schema, version, defaults, ...values } = all;
  expect([$schema, version, defaults]).toEqual(['./policy.schema.json', 1, { language: 'system' }]);
  const { decisions, faults } = await policyFrom([sourceOf(values)], 'linux');
  expect([...decisions.keys()]).toEqual(policyKeysInUse);
  // The sample's profile is on no disk here
  expect(faults.map(({ key, why }) => [key, why])).toEqual([['profiles.0', 'profile']]);
});

test('the schema for editors has every key, with its title, and nothing else', () => {
  const schema = JSON.parse(readFileSync('policies/linux/policy.schema.json', 'utf8')) as {
    properties: Record<string, { title?: string; description?: string }>;
    additionalProperties: boolean;
  };
  expect(Object.keys(schema.properties)).toEqual(['$schema', 'version', ...policyKeys, 'defaults']);
  for (const key of policyKeys)
    expect(schema.properties[key]).toMatchObject({ title: expect.any(String) as unknown, description: expect.any(String) as unknown });
  expect(schema.additionalProperties).toBe(false);
});

test('the schema for editors refuses addresses without https and names that nobody knows', () => {
  const file = z.object({ properties: z.record(z.string(), z.record(z.string(), z.unknown())) });
  const { properties } = file.parse(JSON.parse(textOf('policies/linux/policy.schema.json')));
  const accepts = (key: string, value: unknown): boolean => z.fromJSONSchema(properties[key] ?? {}).safeParse(value).success;
  const pins = ['JEjnOQ0aoGAgqy4N0s2MMLEmkjKkL4PDlCTfdHQm3EU='];
  for (const [scheme, expected] of [
    ['https', true],
    ['http', false],
  ] as const) {
    expect(accepts('updateFeed', `${scheme}://mirror.campus.test/causeway`)).toBe(expected);
    expect(accepts('helpDesk', { address: `${scheme}://it.campus.test` })).toBe(expected);
    expect(accepts('profiles', [{ address: `${scheme}://campus.test`, pins }])).toBe(expected);
  }
  expect(accepts('updateFeed', 'https://mirror.campus.test/causeway?a')).toBe(false);
  expect(accepts('updateFeed', 'none')).toBe(true);
  expect(accepts('managedBy', { name: 'IT' })).toBe(true);
  expect(accepts('managedBy', { name: 'IT', colour: 'red' })).toBe(false);
  expect(accepts('profiles', [{ version: 1, id: 'harbour', gateways: ['vpn.harbour.test'], name: 'Harbour' }])).toBe(true);
});

test('the manifest and the sample for macOS have every key that its profiles can set', () => {
  const manifest = textOf('policies/macos/org.causeway.client.plist');
  const names = [...manifest.matchAll(/<key>pfm_name<\/key>\s*<string>(\w+)<\/string>/g)].map(([, name]) => name);
  for (const key of policyKeysInUse) expect(names).toContain(key);
  const sample = textOf('policies/macos/causeway.mobileconfig');
  expect(sample).toContain('<string>org.causeway.client</string>');
  for (const key of policyKeysInUse.filter(
    (each) => each !== 'library' && each !== 'openconnect' && each !== 'ocproxy' && each !== 'hostCheckWrapper',
  ))
    expect(sample).toContain(`<key>${key}</key>`);
});
