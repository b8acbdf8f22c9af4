import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Reply } from './reply.ts';

/** In this order: what is narrow overrules the rest. */
const styles = [
  new URL('./styles/base.css', import.meta.url),
  new URL('./styles/forms.css', import.meta.url),
  new URL('./styles/parts.css', import.meta.url),
  new URL('./styles/narrow.css', import.meta.url),
];

/** The few files that all pages share. Their addresses carry a digest, so that browsers may keep them for good. */
const assets = {
  'campus.css': { type: 'text/css; charset=utf-8', body: styles.map((style) => readFileSync(style, 'utf8')).join('\n') },
  'live.js': { type: 'text/javascript; charset=utf-8', body: readFileSync(new URL('./live.js', import.meta.url), 'utf8') },
  'crest.svg': { type: 'image/svg+xml', body: readFileSync(new URL('./crest.svg', import.meta.url), 'utf8') },
};

const byAddress = new Map(
  Object.entries(assets).map(([name, { type, body }]) => [addressOf(name, body), { kind: 'asset', type, body } satisfies Reply]),
);

function addressOf(name: string, body: string): string {
  return `/assets/${createHash('sha256').update(body).digest('hex').slice(0, 16)}/${name}`;
}

/** The address of a shared file, for the page that uses it. */
export function assetAddress(name: keyof typeof assets): string {
  return addressOf(name, assets[name].body);
}

/** The shared file at this address, or null. */
export function asset(path: string): Reply | null {
  return byAddress.get(path) ?? null;
}
