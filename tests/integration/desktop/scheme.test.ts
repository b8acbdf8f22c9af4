import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { contentSecurityPolicy, createSchemeHandler } from '../../../electron/desktop/window/scheme.ts';

vi.mock('electron', () => import('../../electron-double/index.ts'));

let top: string;
let answer: (request: Request) => Promise<Response>;

beforeAll(async () => {
  top = await mkdtemp(join(tmpdir(), 'causeway-scheme-'));
  const folder = join(top, 'renderer');
  await mkdir(join(folder, 'assets'), { recursive: true });
  await mkdir(join(top, 'renderer-secrets'));
  await writeFile(join(folder, 'index.html'), '<h1>Causeway</h1>');
  await writeFile(join(folder, 'assets', 'app.js'), 'export {}');
  await writeFile(join(folder, 'assets', 'app.js.map'), 'a source map');
  await writeFile(join(top, 'secret.json'), '{"secret":1}');
  await writeFile(join(top, 'renderer-secrets', 'secret.json'), '{"secret":1}');
  answer = createSchemeHandler(folder);
});
afterAll(() => rm(top, { recursive: true }));

/** A request as Chromium may send it, with an address that no URL parser has tidied. */
const get = (url: string, method = 'GET'): Promise<Response> => {
  const request = new Request('app://causeway/', { method });
  return answer(Object.defineProperty(request, 'url', { value: url }));
};

describe('serves', () => {
  it.each([
    ['app://causeway/', 'text/html; charset=utf-8', '<h1>Causeway</h1>'],
    ['app://causeway/index.html#settings', 'text/html; charset=utf-8', '<h1>Causeway</h1>'],
    ['app://causeway/assets/app.js?v=1', 'text/javascript; charset=utf-8', 'export {}'],
  ])('the app’s scheme serves %s', async (url, type, body) => {
    const response = await get(url);
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([200, type, body]);
  });

  it('the app’s scheme sends everything with the policy that limits the page to its own files', async () => {
    for (const url of ['app://causeway/', 'app://causeway/nowhere']) {
      const { headers } = await get(url);
      expect(headers.get('content-security-policy')).toBe(contentSecurityPolicy);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });
});

describe('finds nothing at', () => {
  it.each([
    'app://causeway/nowhere.html',
    'app://causeway/assets',
    'app://causeway/assets/',
    'app://causeway/assets/app.js.map',
    'app://causeway/../secret.json',
    'app://causeway/%2e%2e/secret.json',
    'app://causeway/..%2fsecret.json',
    'app://causeway/assets/%2e%2e%2f%2e%2e%2fsecret.json',
    'app://causeway/..%5csecret.json',
    'app://causeway/../renderer-secrets/secret.json',
    'app://causeway/%2e%2e%2frenderer-secrets%2fsecret.json',
    'app://causeway//etc/hosts.json',
    'app://causeway/%00index.html',
    'app://causeway/%zz.html',
    'app://elsewhere/index.html',
    'file:///etc/hosts',
    'not an address',
  ])('the app’s scheme finds nothing at %s', async (url) => {
    const response = await get(url);
    expect(response.status).toBe(404);
    expect(await response.text()).toBe('');
  });
});

it('the app’s scheme answers only GET and HEAD', async () => {
  expect((await get('app://causeway/', 'POST')).status).toBe(405);
});
