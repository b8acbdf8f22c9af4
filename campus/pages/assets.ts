import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asset as reply, type Reply } from './reply.ts';

/** In this order: later, more specific rules override earlier ones. */
const styles = ['base.css', 'forms.css', 'parts.css', 'sign-in.css', 'narrow.css'];

const read = (...parts: string[]): string => readFileSync(join(import.meta.dirname, ...parts), 'utf8');

const script = (name: string) => ({ type: 'text/javascript; charset=utf-8', body: read('scripts', name) });

/** The few files that all pages share. Their addresses contain a digest, so that browsers may cache them for ever. */
const assets = {
  'campus.css': { type: 'text/css; charset=utf-8', body: styles.map((style) => read('styles', style)).join('\n') },
  'live.js': { type: 'text/javascript; charset=utf-8', body: read('live.js') },
  'adfs-form.js': script('adfs-form.js'),
  'send-on.js': script('send-on.js'),
  'security-key.js': script('security-key.js'),
  'crest.svg': { type: 'image/svg+xml', body: read('crest.svg') },
};

const byAddress = new Map(Object.entries(assets).map(([name, { type, body }]) => [addressOf(name, body), { type, body }]));

function addressOf(name: string, body: string): string {
  return `/assets/${createHash('sha256').update(body).digest('hex').slice(0, 16)}/${name}`;
}

export type AssetName = keyof typeof assets;

/** The address of a shared file, for the page that uses it. */
export function assetAddress(name: AssetName): string {
  return addressOf(name, assets[name].body);
}

/** The shared file at this address, or null. */
export function asset(path: string): Reply | null {
  const found = byAddress.get(path);
  return found ? reply(found.type, found.body) : null;
}

/** Whether there is a shared file at this address. The address contains the file's digest, so browsers may cache it for ever. */
export const isAsset = (path: string): boolean => byAddress.has(path);
