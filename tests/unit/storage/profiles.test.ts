import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import https from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createVerifier, spkiSha256, type CertificateVerifier } from '../../../electron/trust/verifier.ts';
import { CertificateQuestion } from '../../../electron/net/tls.ts';
import { fetchProfile } from '../../../electron/storage/fetch-profile.ts';
import { readProfileFile } from '../../../electron/storage/profile-file.ts';
import { hostTyped, withoutPerson } from '../../../electron/storage/typed-address.ts';
import { issue, type Issued } from '../../support/issuer.ts';
import { deadPort, listen, tcp } from '../../support/servers.ts';

const profile = {
  version: 1,
  id: 'campus',
  name: 'Campus',
  gateways: ['vpn.campus.test'],
  portal: { address: 'https://2fa.campus.test/', hosts: ['2fa.campus.test'], pages: 'causeway.portal.v1' },
};
const failing = (code: string, params: Record<string, string | number>) => ({ failure: { code, params } });
const signal = new AbortController().signal;

let server: Issued;
let verifier: CertificateVerifier;
let nobody: CertificateVerifier;

beforeAll(async () => {
  const authority = await issue(null, { authority: {} });
  server = await issue(authority, { dns: ['localhost', 'campus.test'] });
  verifier = createVerifier({ trust: { kind: 'authority', pem: authority.pem }, now: Date.now });
  nobody = createVerifier({ trust: { kind: 'system' }, now: Date.now });
});

const publish = (answer: (request: IncomingMessage, response: ServerResponse) => void) =>
  listen(https.createServer({ key: server.keyPem, cert: server.pem }, answer));
const publishText = (text: string, status = 200) => publish((_request, response) => response.writeHead(status).end(text));

describe('asking a campus for its profile', () => {
  it.each(['localhost:PORT', 'https://localhost:PORT', '  https://LOCALHOST:PORT/some/page?x  '])(
    'the campus address %s is understood',
    async (pattern) => {
      const asked: string[] = [];
      const port = await publish((request, response) => {
        asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
        response.end(JSON.stringify({ ...profile, surprise: 1 }));
      });
      const read = await fetchProfile(pattern.replace('PORT', String(port)), { verifier, signal });
      expect(read).toMatchObject({ profile, dropped: ['surprise'] });
      expect(asked).toEqual(['GET /.well-known/causeway.json']);
    },
  );

  it('a campus on this computer is found by its real name', async () => {
    const loopbackPort = await publishText(JSON.stringify(profile));
    const connectTo = [{ host: 'campus.test', port: 443, loopbackPort }];
    expect((await fetchProfile('campus.test', { verifier, signal, connectTo })).profile.id).toBe('campus');
  });

  it.each(['mei@localhost', 'Mei.Chan@LOCALHOST ', 'mailto:mei@localhost', '\u200fmei@localhost'])(
    'only the domain of %j is used',
    (typed) => {
      expect(withoutPerson(typed).toLowerCase()).toBe('localhost');
      expect(hostTyped(typed)).toBe('localhost');
    },
  );

  it.each(['mei@a@localhost', 'mei:secret@localhost', 'https://mei@localhost', 'mei@', 'mei chan@localhost', 'mei@host/path'])(
    '%j is no e-mail address',
    (typed) => {
      expect(withoutPerson(typed)).toBe(typed);
      expect(hostTyped(typed)).toBeNull();
    },
  );

  it.each(['', 'http://campus.test', 'ftp://campus.test', 'two words', 'https://user:secret@campus.test', 'https://'])(
    '%j is no campus address',
    async (typed) => {
      await expect(fetchProfile(typed, { verifier, signal })).rejects.toMatchObject(failing('profile-unreachable', { address: typed }));
    },
  );

  it.each([
    ['a page that is not there', '<h1>404</h1>', 404, 'profile-not-found'],
    ['a page for people', '<h1>Welcome</h1>', 200, 'profile-not-found'],
    ['a page that needs a sign-in', '{}', 403, 'profile-not-found'],
    ['a server in trouble', '{}', 503, 'profile-unreachable'],
    ['more than a profile may be', JSON.stringify({ ...profile, more: 'x'.repeat(64 * 1024) }), 200, 'profile-not-found'],
  ])('%s fails with its own code', async (_what, text, status, code) => {
    const address = `localhost:${await publishText(text, status)}`;
    await expect(fetchProfile(address, { verifier, signal })).rejects.toMatchObject(failing(code, { address }));
  });

  it('a campus’s profile is fetched without following redirects', async () => {
    const elsewhere = await publishText(JSON.stringify(profile));
    const port = await publish((_request, response) => response.writeHead(302, { location: `https://localhost:${elsewhere}/` }).end());
    const address = `localhost:${port}`;
    await expect(fetchProfile(address, { verifier, signal })).rejects.toMatchObject(failing('profile-not-found', { address }));
  });

  it('the wrong part of a campus’s profile is named', async () => {
    const port = await publishText(JSON.stringify({ ...profile, gateways: [] }));
    await expect(fetchProfile(`localhost:${port}`, { verifier, signal })).rejects.toMatchObject(
      failing('profile-invalid', { key: 'gateways' }),
    );
  });

  it('a campus’s address where nobody answers, or nobody speaks TLS, is reported as such', async () => {
    for (const port of [await deadPort(), await tcp((socket) => socket.end('hello'))]) {
      const address = `localhost:${port}`;
      await expect(fetchProfile(address, { verifier, signal })).rejects.toMatchObject(failing('profile-unreachable', { address }));
    }
  });

  it('an untrusted certificate of a campus’s address is left to the person', async () => {
    const port = await publishText(JSON.stringify(profile));
    const asked = await fetchProfile(`localhost:${port}`, { verifier: nobody, signal }).catch((error: unknown) => error);
    expect(asked).toBeInstanceOf(CertificateQuestion);
    expect(asked).toMatchObject({ prompt: { host: 'localhost', sha256: server.certificate.fingerprint256 } });
    const { fingerprint256: sha256 } = server.certificate;
    const key = spkiSha256(server.certificate);
    const accepted = createVerifier({ trust: { kind: 'system' }, accepted: () => ({ sha256, key }), now: Date.now });
    expect((await fetchProfile(`localhost:${port}`, { verifier: accepted, signal })).profile.id).toBe('campus');
  });

  it('fetching a campus’s profile can be cancelled', async () => {
    const cancel = new AbortController();
    const port = await publish(() => cancel.abort());
    await expect(fetchProfile(`localhost:${port}`, { verifier, signal: cancel.signal })).rejects.toMatchObject({
      failure: { code: 'cancelled' },
    });
  });
});

describe('reading a profile from a file', () => {
  const file = async (content: string | Buffer) => {
    const directory = await mkdtemp(join(tmpdir(), 'causeway-profile-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    await writeFile(join(directory, 'campus.causeway'), content);
    return join(directory, 'campus.causeway');
  };

  it('a profile file is read as editors save it', async () => {
    const text = `\uFEFF${JSON.stringify(profile, null, 2)}\r\n`;
    expect(await readProfileFile(await file(text))).toMatchObject({ profile, dropped: [] });
  });

  it('a profile file’s error is reported', async () => {
    await expect(readProfileFile(await file(Buffer.alloc(1024 * 1024, ' ')))).rejects.toMatchObject(
      failing('profile-invalid', { key: 'size' }),
    );
    await expect(readProfileFile(await file('{'))).rejects.toMatchObject(failing('profile-syntax', { line: 1, column: 2 }));
    await expect(readProfileFile('/nowhere/campus.causeway')).rejects.toMatchObject(
      failing('profile-file-missing', { file: 'campus.causeway' }),
    );
    await expect(readProfileFile(tmpdir())).rejects.toMatchObject({ failure: { code: 'profile-file-missing' } });
  });
});
