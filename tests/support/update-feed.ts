import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import https from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createVerifier, type CertificateVerifier } from '../../electron/trust/verifier.ts';
import { signMetadata } from '../../electron/updates/envelope.ts';
import type { Metadata, UpdateFile } from '../../electron/updates/metadata.ts';
import { issue, type Issued } from './issuer.ts';

export const dayMs = 86_400_000;

/** A key pair that signs releases. */
export const releaseKey = (): { publicKey: KeyObject; privateKey: KeyObject } => generateKeyPairSync('ed25519');

export type Serve = (request: IncomingMessage, response: ServerResponse) => void;

/** An update server on loopback, with a certificate of its own authority, and what it was asked for. */
export interface UpdateFeed {
  readonly address: string;
  readonly verifier: CertificateVerifier;
  /** The certificate's authority. */
  readonly authority: string;
  readonly key: { publicKey: KeyObject; privateKey: KeyObject };
  /** The paths that were asked for, in order. */
  readonly requests: string[];
  /** What each path gives: bytes, or whatever a function does. */
  readonly files: Map<string, Buffer | string | Serve>;
  /** Signed metadata of a release with one AppImage, and that file. */
  publish(change?: Partial<Metadata>, keys?: readonly KeyObject[]): Metadata;
}

/** What each test's release has in it. */
export const newApp = Buffer.from(`#!/bin/sh\necho new\n${'x'.repeat(300_000)}`);

export const fileOf = (content: Buffer, over: Partial<UpdateFile> = {}): UpdateFile => ({
  platform: 'linux',
  arch: process.arch === 'arm64' ? 'arm64' : 'x64',
  kind: 'appimage',
  path: 'Causeway-0.2.0.AppImage',
  size: content.length,
  sha512: createHash('sha512').update(content).digest('base64'),
  ...over,
});

export const metadataOf = (change: Partial<Metadata> = {}): Metadata => ({
  format: 1,
  product: 'org.causeway.client',
  channel: 'stable',
  counter: 5,
  version: '0.2.0',
  signedAt: Date.now() - dayMs,
  expiresAt: Date.now() + 30 * dayMs,
  rollout: 100,
  whatsNew: 'https://causeway.example/0.2.0',
  files: [fileOf(newApp)],
  ...change,
});

async function certificates(): Promise<{ authority: Issued; own: Issued }> {
  const authority = await issue(null, { authority: {} });
  return { authority, own: await issue(authority, { ip: ['127.0.0.1'] }) };
}
let shared: ReturnType<typeof certificates> | null = null;

/** @param listen starts the server on loopback and returns its port. `isStranger`: with a certificate of another authority than the other servers'. */
export async function startFeedOn(listen: (server: https.Server) => Promise<number>, isStranger = false): Promise<UpdateFeed> {
  const { authority, own } = await (isStranger ? certificates() : (shared ??= certificates()));
  const requests: string[] = [];
  const files: UpdateFeed['files'] = new Map();
  const key = releaseKey();
  const server = https.createServer({ key: own.keyPem, cert: own.pem }, (request, response) => {
    const path = request.url ?? '';
    requests.push(path);
    const found = files.get(path);
    if (typeof found === 'function') found(request, response);
    else if (found === undefined) response.writeHead(404).end('not here');
    else response.end(found);
  });
  const port = await listen(server);
  return {
    address: `https://127.0.0.1:${port}`,
    verifier: createVerifier({ trust: { kind: 'authority', pem: authority.pem }, now: Date.now }),
    authority: authority.pem,
    key,
    requests,
    files,
    publish(change = {}, keys = [key.privateKey]) {
      const metadata = metadataOf(change);
      files.set(`/${metadata.channel}.json`, signMetadata(metadata, keys));
      files.set('/Causeway-0.2.0.AppImage', newApp);
      return metadata;
    },
  };
}
