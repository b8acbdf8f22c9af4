import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kit, mei } from '../../support/campus/campus-services.ts';
import { openTestPortal, type TestPortal } from '../../support/campus/portal-visit.ts';
import { textOf, Visitor } from '../../support/campus/visitor.ts';

let portal: TestPortal;
beforeAll(async () => {
  portal = await openTestPortal();
});
afterAll(() => portal.close());

describe('signing in to the portal', () => {
  test('the portal leads from its front page to the sign-in page, and from there home', async () => {
    const visitor = portal.visitor();
    const signIn = await visitor.get('/');
    expect(signIn.path).toBe('/sign-in');
    const home = await visitor.submit(signIn, 'Sign in', { userId: ` ${mei.userId.toUpperCase()} `, password: mei.password });
    expect(home.path).toBe('/home');
    expect(textOf(home)).toContain('Add a new Device');
    expect(textOf(home)).toContain('My Settings & Devices');
    expect((await visitor.get('/')).path).toBe('/home');
  });

  test('the portal says the same for a wrong password and an unknown person, and keeps the user ID', async () => {
    const texts = [];
    for (const userId of [mei.userId, 'no.body']) {
      const visitor = portal.visitor();
      const again = await visitor.submit(await visitor.get('/sign-in'), 'Sign in', { userId, password: 'wrong' });
      expect(again.path).toBe('/sign-in');
      expect(again.html).toContain(`value="${userId}"`);
      expect(again.html).not.toContain('value="wrong"');
      texts.push(textOf(again));
    }
    expect(texts[0]).toContain('do not go together');
    expect(texts[0]).toBe(texts[1]);
  });

  test('the portal says until when an account is locked', async () => {
    const visitor = portal.visitor();
    let shown = await visitor.get('/sign-in');
    for (let tries = 0; tries < 10; tries++) shown = await visitor.submit(shown, 'Sign in', { userId: kit.userId, password: 'wrong' });
    expect(textOf(shown)).toMatch(/locked until \d\d:\d\d \(in 10 minutes\)/);
    shown = await visitor.submit(shown, 'Sign in', { userId: kit.userId, password: kit.password });
    expect(textOf(shown)).toContain('locked until');
    portal.clock.at += 10 * 60_000;
    shown = await visitor.submit(shown, 'Sign in', { userId: kit.userId, password: kit.password });
    expect(shown.path).toBe('/home');
  });

  test('the portal gives a new session on sign-in, so that a planted one is worthless', async () => {
    const visitor = portal.visitor();
    const signIn = await visitor.get('/sign-in');
    const planted = new Map(visitor.cookies);
    await visitor.submit(signIn, 'Sign in', { userId: mei.userId, password: mei.password });
    expect(visitor.cookies.get('__Host-portal')).not.toBe(planted.get('__Host-portal'));
    const planter = portal.visitor();
    for (const [name, value] of planted) planter.cookies.set(name, value);
    expect((await planter.get('/home')).path).toBe('/sign-in');
  });

  test('a portal session ends with Sign out, and after half an hour without use', async () => {
    const { visitor, home } = await portal.signedIn(mei);
    const before = new Map(visitor.cookies);
    expect((await visitor.submit(home, 'Sign out')).path).toBe('/sign-in');
    for (const [name, value] of before) visitor.cookies.set(name, value);
    expect((await visitor.get('/home')).path).toBe('/sign-in');

    const other = await portal.signedIn(mei);
    portal.clock.at += 29 * 60_000;
    expect((await other.visitor.get('/home')).path).toBe('/home');
    portal.clock.at += 30 * 60_000;
    expect((await other.visitor.get('/home')).path).toBe('/sign-in');
  });
});

describe('the one-time sign-in', () => {
  test.each([
    ['add-device', '/add/confirm'],
    ['remove-device', '/devices/confirm'],
    ['lost-phone', '/home'],
    [undefined, '/home'],
  ])('the one-time sign-in for the task %s leads to %s', async (task, path) => {
    const { token } = portal.signIns.mint(mei.userId);
    const visitor = portal.visitor();
    const shown = await visitor.post('/one-time', { token, ...(task !== undefined && { task }) });
    expect(shown.path).toBe(path);
    expect(textOf(shown)).toContain('Mei Chan');
  });

  test('the one-time sign-in replaces only the password', async () => {
    const visitor = portal.visitor();
    await visitor.post('/one-time', { token: portal.signIns.mint(mei.userId).token });
    expect((await visitor.get('/devices')).path).toBe('/devices/confirm');
    expect((await visitor.get('/add/type')).path).toBe('/add/confirm');
  });

  test('the one-time sign-in works once, within a minute', async () => {
    const { token } = portal.signIns.mint(mei.userId);
    await portal.visitor().post('/one-time', { token });
    const second = await portal.visitor().post('/one-time', { token });
    expect(second.path).toBe('/sign-in');
    expect(textOf(second)).toContain('used already or is too old');

    const late = portal.signIns.mint(mei.userId);
    portal.clock.at += 61_000;
    expect((await portal.visitor().post('/one-time', { token: late.token })).path).toBe('/sign-in');
    expect((await portal.visitor().post('/one-time', { token: 'made-up' })).path).toBe('/sign-in');
  });

  test('the one-time sign-in refuses an unknown task', async () => {
    const { token } = portal.signIns.mint(mei.userId);
    expect((await portal.visitor().post('/one-time', { token, task: 'format-disk' })).status).toBe(400);
  });
});

describe('what the portal refuses', () => {
  test('the portal refuses a form without its token, or with that of another session', async () => {
    const stranger = await portal.signedIn(mei);
    const { visitor } = await portal.signedIn(mei);
    const theirToken = /name="csrf" value="([^"]+)"/.exec(stranger.home.html)?.[1] ?? '';
    expect(theirToken).not.toBe('');
    const posts: [string, Record<string, string>][] = [
      ['/sign-out', {}],
      ['/add/confirm', { method: 'push', device: 'x' }],
      ['/devices/confirm/passcode', { passcode: '123456' }],
      ['/devices/remove/x', {}],
      ['/devices/options/x/rename', { name: 'y' }],
    ];
    for (const [path, fields] of posts) {
      for (const csrf of [undefined, '', 'guess', theirToken]) {
        const shown = await visitor.post(path, { ...fields, ...(csrf !== undefined && { csrf }) });
        expect(shown.status, path).toBe(403);
      }
    }
    expect((await visitor.get('/home')).path).toBe('/home');
    expect(portal.factors.waiting(mei.phone)).toHaveLength(0);
  });

  test('the portal refuses a sign-in form without its token', async () => {
    const visitor = portal.visitor();
    await visitor.get('/sign-in');
    expect((await visitor.post('/sign-in', { userId: mei.userId, password: mei.password })).status).toBe(403);
  });

  test('a portal form without a session leads to the sign-in page', async () => {
    expect((await portal.visitor().post('/devices/remove/x', {})).path).toBe('/sign-in');
    expect((await portal.visitor().post('/sign-in', { userId: mei.userId, password: mei.password })).path).toBe('/sign-in');
  });

  test('the portal refuses bodies that are too large, with or without a length', async () => {
    const { visitor } = await portal.signedIn(mei);
    const large = `csrf=${'a'.repeat(20_000)}`;
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    const tooLarge = await visitor.fetch('/sign-out', { method: 'POST', body: large, headers: type });
    expect(tooLarge.status).toBe(413);
    const cookie = `__Host-portal=${visitor.cookies.get('__Host-portal') ?? ''}`;
    const untold = await new Promise((resolve, reject) => {
      const sending = request(`${portal.origin}/sign-out`, { method: 'POST', headers: { ...type, cookie } });
      sending.on('response', (response) => resolve(response.statusCode)).on('error', reject);
      sending.write(large.slice(0, 10_000));
      sending.end(large.slice(10_000));
    });
    expect(untold).toBe(413);
  });

  test.each([
    ['no type', undefined, 'csrf=x'],
    ['another type', 'text/plain', 'csrf=x'],
    ['a broken multipart', 'multipart/form-data; boundary=b', '--b\r\nnonsense'],
    ['a field twice', 'application/x-www-form-urlencoded', 'csrf=x&csrf=y'],
  ])('the portal refuses a body that is no form: %s', async (_what, type, body) => {
    const { visitor } = await portal.signedIn(mei);
    const headers = type === undefined ? {} : { 'content-type': type };
    const response = await visitor.fetch('/sign-out', { method: 'POST', body: new TextEncoder().encode(body), headers });
    expect(response.status).toBe(400);
  });

  test('the portal refuses other methods and unknown pages', async () => {
    const { visitor } = await portal.signedIn(mei);
    for (const method of ['PUT', 'DELETE', 'OPTIONS', 'HEAD']) expect((await visitor.fetch('/home', { method })).status).toBe(405);
    expect((await visitor.fetch('/home', { method: 'POST' })).status).toBe(405);
    for (const path of ['/nowhere', '/home/', '/%E0%A4%A', '/.//evil.example/', '/devices/options/a/b/c']) {
      expect((await visitor.fetch(path)).status, path).toBe(404);
    }
  });

  test('the portal refuses a malformed request line', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(new URL(portal.origin).port), '127.0.0.1', () => {
        socket.write('GET http://[ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
      });
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString('utf8')));
      socket.on('end', () => resolve(text));
      socket.on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 404/);
  });
});

describe('what every answer carries', () => {
  test('every portal answer has the safety headers, on pages, redirects, errors and files', async () => {
    const visitor = portal.visitor();
    for (const path of ['/sign-in', '/', '/nowhere', '/.well-known/causeway-on-campus']) {
      const { headers } = await visitor.fetch(path);
      expect(headers.get('content-security-policy'), path).toContain("default-src 'none'");
      expect(headers.get('content-security-policy')).not.toContain('unsafe');
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cache-control')).toBe('no-store');
    }
  });

  test.each([
    ['2fa.campus.test', true],
    ['vpn.campus.test:8443', true],
    ['localhost:8443', false],
    ['recovery.localhost:8443', false],
    ['127.0.0.1:8443', false],
    ['evilcampus.test', false],
    ['campus.test.evil.test', false],
  ])('the portal under the name %s insists on HTTPS: %s', async (host, expected) => {
    const header = await new Promise<unknown>((resolve, reject) => {
      request(portal.origin, { path: '/sign-in', headers: { host } }, (response) => {
        response.resume();
        resolve(response.headers['strict-transport-security']);
      })
        .on('error', reject)
        .end();
    });
    expect(header).toEqual(expected ? expect.stringMatching(/^max-age=\d{8}$/) : undefined);
  });

  test('the portal’s cookie reaches no script, no plain HTTP and no other site', async () => {
    const response = await portal.visitor().fetch('/sign-in');
    const [cookie] = response.headers.getSetCookie();
    expect(cookie).toMatch(/^__Host-portal=[\w-]{32}; Path=\/; Secure; HttpOnly; SameSite=Lax$/);
  });

  test('the portal has no inline script or style, and its files exist and may be cached', async () => {
    const visitor = portal.visitor();
    const { html } = await visitor.get('/sign-in');
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/);
    const files = [...html.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path]) => path ?? '');
    expect(files).toHaveLength(4);
    for (const path of files) {
      const response = await visitor.fetch(path);
      expect(response.status).toBe(200);
      expect(response.headers.get('cache-control')).toContain('immutable');
    }
  });

  test('the on-campus probe names the campus to anybody', async () => {
    const response = await new Visitor(portal.origin).fetch('/.well-known/causeway-on-campus');
    expect(await response.json()).toEqual({ campus: 'campus.test' });
    expect(response.headers.getSetCookie()).toEqual([]);
  });
});
