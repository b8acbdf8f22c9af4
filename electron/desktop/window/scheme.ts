import { readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { protocol, type Session } from 'electron';
import { appHost, appScheme } from '../pages/origin.ts';

/**
 * Serves our own page at `app://causeway/` from the folder of the built renderer. The page can load only files from that
 * folder.
 */

/** Sent with every response. The page's `<meta>` has the same policy, but a script could remove that one. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

/** Call it before Electron is ready. The scheme is standard (relative addresses and an origin), secure, and allows fetch for the page's modules. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: appScheme, privileges: { standard: true, secure: true, supportFetchAPI: true } }]);
}

/** Serves the page in one session, and blocks that session's requests to anywhere else. */
export function serveAppScheme(session: Session, folder: string): void {
  session.protocol.handle(appScheme, createSchemeHandler(folder));
  session.webRequest.onBeforeRequest((details, callback) => {
    callback({ cancel: !/^(app|devtools|data|blob):/.test(details.url) });
  });
}

/** Answers a request for an `app://causeway/…` address with that file below `folder`. Everything else gets 404, other methods 405. */
export function createSchemeHandler(folder: string): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405);
    const path = fileOf(request.url, folder);
    const type = path === null ? undefined : contentTypes[extname(path)];
    if (path === null || type === undefined) return plain(404);
    try {
      const body = await readFile(path);
      return new Response(body, { headers: headers(type) });
    } catch (thrown) {
      // A wrong address leads to a missing file or a folder: 404. Anything else, such as a broken disk, is 500
      const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
      return plain(code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR' ? 404 : 500);
    }
  };
}

/** The file that an address names, or null if it names none below the folder. */
function fileOf(address: string, folder: string): string | null {
  const url = URL.parse(address);
  if (url?.protocol !== `${appScheme}:` || url.host !== appHost) return null;
  let name: string;
  try {
    name = decodeURIComponent(url.pathname);
  } catch {
    return null;
  }
  // The URL parser has already resolved plain `..`. One that is left was encoded, and names no file of ours
  if (name.includes('\0') || name.includes('\\') || name.split('/').includes('..')) return null;
  const path = join(folder, name === '/' ? 'index.html' : name);
  return path.startsWith(folder + sep) ? path : null;
}

function headers(type: string): Record<string, string> {
  return {
    'content-type': type,
    'content-security-policy': contentSecurityPolicy,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  };
}

function plain(status: number): Response {
  return new Response(null, { status, headers: headers('text/plain; charset=utf-8') });
}
