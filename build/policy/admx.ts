import { policyFacts, policyFields, policyGroups, policyKeysInUse, type PolicyKey } from '../../shared/policy/keys.ts';
import { policyChoices } from '../../shared/policy/schema.ts';
import type { PolicyMessages } from '../../shared/messages/policy-messages.ts';
import { policyRegistryPath } from '../../electron/storage/policy/registry.ts';

/**
 * Templates for Group Policy and Intune. Microsoft's rules: every id is a word of letters, digits and underscores; every string
 * and presentation that the template names is in each language file; the key is not below `Policies\Microsoft`. Intune takes no
 * `using` of another template (https://learn.microsoft.com/mem/intune/configuration/administrative-templates-import-custom).
 */
const namespace = 'http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions';

/** A policy of the template: a key, enforced or as a default. */
interface Entry {
  readonly id: string;
  readonly key: PolicyKey;
  readonly registryKey: string;
  readonly category: string;
}

const root = 'Causeway';
const recommendedCategory = 'Causeway_Recommended';
const categoryOf = (group: string): string => `Causeway_${group}`;
const idOf = (key: string): string => key.charAt(0).toUpperCase() + key.slice(1);
/** `linux-64` has a character that no id may have. */
const wordId = (key: string, word: string): string => `${idOf(key)}_${word.replaceAll(/\W/g, '_')}`;
const supportedId = (version: string): string => `SUPPORTED_${version.replaceAll('.', '_')}`;

const entries: readonly Entry[] = [
  ...policyKeysInUse.map((key) => ({ id: idOf(key), key, registryKey: policyRegistryPath, category: categoryOf(policyFacts[key].group) })),
  ...policyKeysInUse
    .filter((key) => policyFacts[key].personal === true)
    .map((key) => ({
      id: `${idOf(key)}_Recommended`,
      key,
      registryKey: `${policyRegistryPath}\\Recommended`,
      category: recommendedCategory,
    })),
];
const versions = [...new Set(policyKeysInUse.map((key) => policyFacts[key].since))];

export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

function choicesOf(key: PolicyKey): readonly string[] {
  return new Map<string, readonly string[]>(Object.entries(policyChoices)).get(key) ?? [];
}

function fieldsOf(key: PolicyKey): readonly string[] {
  return new Map<string, readonly string[]>(Object.entries(policyFields)).get(key) ?? [];
}

/** The template itself, without any text. */
export function admx(): string {
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    `<policyDefinitions xmlns="${namespace}" revision="1.0" schemaVersion="1.0">`,
    '  <policyNamespaces>',
    '    <target prefix="causeway" namespace="Causeway.Policies.Causeway" />',
    '  </policyNamespaces>',
    '  <resources minRequiredRevision="1.0" />',
    '  <supportedOn>',
    '    <definitions>',
    ...versions.map((version) => `      <definition name="${supportedId(version)}" displayName="$(string.${supportedId(version)})" />`),
    '    </definitions>',
    '  </supportedOn>',
    '  <categories>',
    `    <category name="${root}" displayName="$(string.${root})" />`,
    ...[...policyGroups.map(categoryOf), recommendedCategory].flatMap((name) => [
      `    <category name="${name}" displayName="$(string.${name})">`,
      `      <parentCategory ref="${root}" />`,
      '    </category>',
    ]),
    '  </categories>',
    '  <policies>',
    ...entries.flatMap((entry) => policyElement(entry)),
    '  </policies>',
    '</policyDefinitions>',
    '',
  ].join('\n');
}

function policyElement(entry: Entry): string[] {
  const { id, key, registryKey, category } = entry;
  const { kind, since } = policyFacts[key];
  const head = `name="${id}" class="Both" displayName="$(string.${id})" explainText="$(string.${id}_Explain)" key="${registryKey}"`;
  const parents = [`      <parentCategory ref="${category}" />`, `      <supportedOn ref="${supportedId(since)}" />`];
  const values =
    kind === 'switch'
      ? [
          '      <enabledValue>',
          '        <decimal value="1" />',
          '      </enabledValue>',
          '      <disabledValue>',
          '        <decimal value="0" />',
          '      </disabledValue>',
        ]
      : ['      <elements>', ...elements(entry).map((line) => `        ${line}`), '      </elements>'];
  const more = kind === 'switch' ? `valueName="${idOf(key)}"` : `presentation="$(presentation.${id})"`;
  return [`    <policy ${head} ${more}>`, ...parents, ...values, '    </policy>'];
}

function elements({ id, key, registryKey }: Entry): string[] {
  switch (policyFacts[key].kind) {
    case 'choice':
      return [
        `<enum id="${id}_Value" valueName="${idOf(key)}" required="true">`,
        ...choicesOf(key).flatMap((word) => [
          `  <item displayName="$(string.${wordId(key, word)})">`,
          '    <value>',
          `      <string>${escaped(word)}</string>`,
          '    </value>',
          '  </item>',
        ]),
        '</enum>',
      ];
    case 'list':
      return [`<list id="${id}_Value" key="${registryKey}\\${idOf(key)}" valuePrefix="" />`];
    case 'fields':
      return fieldsOf(key).map(
        (name) => `<text id="${id}_${name}" key="${registryKey}\\${idOf(key)}" valueName="${name}" maxLength="500" />`,
      );
    case 'text':
      return [`<text id="${id}_Value" valueName="${idOf(key)}" required="true" maxLength="200" />`];
    case 'path':
      return [`<text id="${id}_Value" valueName="${idOf(key)}" required="true" maxLength="1023" />`];
    case 'switch':
      return [];
  }
}

/** The texts of the template in one language. */
export function adml(messages: PolicyMessages): string {
  const strings: [string, string][] = [
    [root, messages.product],
    ...versions.map((version): [string, string] => [supportedId(version), messages.supported.replace('{version}', version)]),
    ...policyGroups.map((group): [string, string] => [categoryOf(group), messages.groups[group]]),
    [recommendedCategory, messages.recommended],
    ...entries.flatMap(({ id, key }): [string, string][] => [
      [id, messages.keys[key].title],
      [`${id}_Explain`, messages.keys[key].text],
    ]),
    ...policyKeysInUse.flatMap((key) =>
      choicesOf(key).map((word): [string, string] => [wordId(key, word), messages.keys[key].choices?.[word] ?? word]),
    ),
  ];
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    `<policyDefinitionResources xmlns="${namespace}" revision="1.0" schemaVersion="1.0">`,
    `  <displayName>${escaped(messages.product)}</displayName>`,
    `  <description>${escaped(messages.about)}</description>`,
    '  <resources>',
    '    <stringTable>',
    ...strings.map(([id, text]) => `      <string id="${id}">${escaped(text)}</string>`),
    '    </stringTable>',
    '    <presentationTable>',
    ...entries.flatMap((entry) => presentation(entry, messages)),
    '    </presentationTable>',
    '  </resources>',
    '</policyDefinitionResources>',
    '',
  ].join('\n');
}

function presentation({ id, key }: Entry, { keys }: PolicyMessages): string[] {
  const { title, fields } = keys[key];
  const control = controls();
  return control.length === 0
    ? []
    : [`      <presentation id="${id}">`, ...control.map((line) => `        ${line}`), '      </presentation>'];

  function controls(): string[] {
    switch (policyFacts[key].kind) {
      case 'choice':
        return [`<dropdownList refId="${id}_Value" noSort="true" defaultItem="0">${escaped(title)}</dropdownList>`];
      case 'list':
        return [`<listBox refId="${id}_Value">${escaped(title)}</listBox>`];
      case 'fields':
        return fieldsOf(key).flatMap((name) => textBox(`${id}_${name}`, fields?.[name] ?? name));
      case 'text':
      case 'path':
        return textBox(`${id}_Value`, title);
      case 'switch':
        return [];
    }
  }
}

const textBox = (ref: string, label: string): string[] => [`<textBox refId="${ref}">`, `  <label>${escaped(label)}</label>`, '</textBox>'];
