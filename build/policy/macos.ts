import { policyFacts, policyFields, policyKeysInUse, type PolicyKey } from '../../shared/policy/keys.ts';
import { policyChoices, usualPolicy } from '../../shared/policy/schema.ts';
import { policy as english } from '../../shared/messages/en/policy.ts';
import { preferencesDomain } from '../../electron/storage/policy/preferences.ts';
import { escaped } from './admx.ts';
import { examples } from './examples.ts';

/** A value of a property list. */
type Plist = string | number | boolean | Date | readonly Plist[] | { readonly [key: string]: Plist | undefined };

const document = (value: Plist): string =>
  [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    ...plist(value),
    '</plist>',
    '',
  ].join('\n');

function plist(value: Plist): string[] {
  if (typeof value === 'string') return [`<string>${escaped(value)}</string>`];
  if (typeof value === 'boolean') return [value ? '<true/>' : '<false/>'];
  if (typeof value === 'number') return [`<integer>${value}</integer>`];
  if (value instanceof Date) return [`<date>${value.toISOString().replace(/\.\d+Z/, 'Z')}</date>`];
  const indent = (lines: string[]): string[] => lines.map((line) => `  ${line}`);
  if (isList(value)) return ['<array>', ...indent(value.flatMap((item) => plist(item))), '</array>'];
  const entries = Object.entries(value).flatMap(([key, item]) =>
    item === undefined ? [] : [`<key>${escaped(key)}</key>`, ...plist(item)],
  );
  return ['<dict>', ...indent(entries), '</dict>'];
}

const isList = (value: object): value is readonly Plist[] => Array.isArray(value);

/** A sample of a configuration profile. IT replaces the identifiers and leaves out what it does not decide. */
export function mobileconfig(): string {
  const about = (identifier: string, uuid: string) => ({
    PayloadIdentifier: identifier,
    PayloadUUID: uuid,
    PayloadVersion: 1,
    PayloadEnabled: true,
  });
  return document({
    PayloadType: 'Configuration',
    PayloadDisplayName: english.product,
    PayloadDescription: english.about,
    PayloadScope: 'System',
    PayloadRemovalDisallowed: true,
    ...about('example.campus.causeway', '6E1A5C1B-7E1F-4B53-9F6C-3F1C6B2B8A10'),
    PayloadContent: [
      {
        PayloadType: preferencesDomain,
        PayloadDisplayName: english.product,
        ...about('example.campus.causeway.settings', '0B9D2D55-3C63-4C35-8F60-5C6E3B0C5E77'),
        ...Object.fromEntries(policyKeysInUse.filter((key) => policyFacts[key].kind !== 'path').map((key) => [key, onMac(key)])),
      },
    ],
  });
}

/** The sample's paths are Linux's. */
function onMac(key: PolicyKey): Plist {
  if (key === 'profiles')
    return ['/Library/Application Support/Causeway/campus.causeway', ...examples.profiles.slice(1).map((item) => plain(item))];
  return plain(examples[key]);
}

function plain(value: unknown): Plist {
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') return value;
  if (Array.isArray(value)) return value.map((item: unknown) => plain(item));
  return Object.fromEntries(Object.entries(value ?? {}).map(([key, item]: [string, unknown]) => [key, plain(item)]));
}

/** The manifest from which ProfileCreator, iMazing and Jamf make a form (https://github.com/ProfileManifests/ProfileManifests/wiki). */
export function preferenceManifest(): string {
  return document({
    pfm_format_version: 1,
    pfm_version: 1,
    // Of this format's first version. Nothing reads it, and a template that is generated must not change by itself
    pfm_last_modified: new Date('2026-11-29T00:00:00Z'),
    pfm_domain: preferencesDomain,
    pfm_title: english.product,
    pfm_description: english.about,
    pfm_platforms: ['macOS'],
    pfm_targets: ['system', 'user'],
    pfm_unique: true,
    pfm_subkeys: policyKeysInUse.map((key) => subkey(key)),
  });
}

function subkey(key: PolicyKey): Plist {
  const { kind, since } = policyFacts[key];
  const { title, text, choices, fields } = english.keys[key];
  const words = new Map<string, readonly string[]>(Object.entries(policyChoices)).get(key);
  const names = new Map<string, readonly string[]>(Object.entries(policyFields)).get(key);
  const usual = key === 'profiles' ? null : usualPolicy[key];
  return {
    pfm_name: key,
    pfm_title: title,
    pfm_description: text,
    pfm_app_min: since,
    pfm_type: { switch: 'boolean', choice: 'string', text: 'string', path: 'string', list: 'array', fields: 'dictionary' }[kind],
    ...(usual !== null && { pfm_default: usual }),
    ...(words && { pfm_range_list: words, pfm_range_list_titles: words.map((word) => choices?.[word] ?? word) }),
    ...(kind === 'list' && { pfm_subkeys: [{ pfm_name: 'item', pfm_title: title, pfm_type: 'string' }] }),
    ...(names && { pfm_subkeys: names.map((name) => ({ pfm_name: name, pfm_title: fields?.[name] ?? name, pfm_type: 'string' })) }),
  };
}
