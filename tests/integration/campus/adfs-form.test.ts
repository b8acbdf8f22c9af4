import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { encodeRequest, newRequestId } from '../../../campus/adfs/saml.ts';
import { mei } from '../../support/campus/campus-services.ts';
import { errorIn, pagesBench, valueOf } from '../../support/campus/pages-bench.ts';
import { textOf } from '../../support/campus/visitor.ts';

const bench = pagesBench();

describe('the form of ADFS', () => {
  test('ADFS reports a wrong password in its form, for unknown people too, and keeps the user ID', async () => {
    for (const userId of [mei.userId, 'no.body']) {
      const shown = await bench.at.enter(bench.at.visitor(), { userId, password: 'wrong' });
      expect(shown.status).toBe(200);
      expect(errorIn(shown)).toBe('Incorrect user ID or password. Type the correct user ID and password, and try again.');
      expect(valueOf(shown, 'UserName')).toBe(`${userId}@campus.test`);
      expect(shown.html).not.toContain('value="wrong"');
    }
  });

  test('ADFS shows no error before anything was typed', async () => {
    const form = await bench.at.visitor().get('/');
    expect(errorIn(form)).toBe('');
    expect(form.html).toMatch(/id="error" class="alert"\s+hidden/);
  });

  test('ADFS wants a user ID with its domain, and one without a domain does not count as a try', async () => {
    const browser = bench.at.visitor();
    for (let tries = 0; tries < 6; tries++) {
      const form = await browser.get('/');
      const shown = await browser.sendForm(form, 'loginForm', { UserName: mei.userId, Password: mei.password });
      expect(errorIn(shown)).toBe('Enter your user ID in the format "user@campus.test".');
    }
    expect((await bench.at.enter(browser, mei)).path).toBe('/frame/v4/push');
  });

  test('ADFS locks the account for ten minutes after five wrong passwords, and says until when', async () => {
    const browser = bench.at.visitor();
    for (let tries = 0; tries < 4; tries++)
      expect(errorIn(await bench.at.enter(browser, { ...mei, password: 'wrong' }))).toContain('Incorrect');
    expect(errorIn(await bench.at.enter(browser, { ...mei, password: 'wrong' }))).toMatch(/locked until \d\d:\d\d/);
    expect(errorIn(await bench.at.enter(browser, mei))).toMatch(/locked until \d\d:\d\d/);
    expect(bench.waiting(mei.phone)).toBe(0);
    bench.at.clock.at += 10 * 60_000;
    expect((await bench.at.enter(browser, mei)).path).toBe('/frame/v4/push');
  });

  test('ADFS accepts no form without the token of its visit', async () => {
    const browser = bench.at.visitor();
    const form = await browser.get('/');
    expect((await browser.post(form.address, { UserName: `${mei.userId}@campus.test`, Password: mei.password })).status).toBe(403);
    const other = await bench.at.visitor().get('/');
    const shown = await browser.sendForm(form, 'loginForm', { csrf: valueOf(other, 'csrf') });
    expect(shown.status).toBe(403);
  });

  test.each([
    ['of another gateway', encodeRequest({ id: newRequestId(), consumer: 'https://vpn.evil.test/dana-na/auth/saml-consumer.cgi' })],
    ['that is missing', ''],
    ['that is not deflated', 'AAAA'],
    ['that inflates to a megabyte', deflateRawSync(Buffer.alloc(1_000_000, 0x20)).toString('base64')],
  ])('ADFS answers no request %s', async (_which, request) => {
    const shown = await bench.at.visitor().get(`${bench.at.hostOf('login')}/adfs/ls/?SAMLRequest=${encodeURIComponent(request)}`);
    expect(shown.status).toBe(400);
    expect(shown.html).not.toContain('loginForm');
    expect(textOf(shown)).toContain('This sign-in cannot go on');
  });

  test('ADFS stops a browser that skipped the second factor or has another one’s answer', async () => {
    const browser = bench.at.visitor();
    await bench.at.enter(browser, mei);
    for (const query of ['', '?state=x&duo_code=y']) {
      expect((await browser.get(`${bench.at.hostOf('login')}/adfs/ls/duo${query}`)).status).toBe(400);
    }
    await bench.at.approve(mei.phone);
    const trust = await browser.get(`${bench.at.hostOf('duo')}/frame/v4/trust`);
    const reply = await browser.fetch(`${bench.at.hostOf('duo')}/frame/v4/trust`, {
      method: 'POST',
      body: new URLSearchParams({ csrf: valueOf(trust, 'csrf'), own: 'no' }),
    });
    const back = reply.headers.get('location') ?? '';
    const thief = bench.at.visitor();
    await thief.get('/');
    expect((await thief.get(back)).status).toBe(400);
    expect((await browser.get(back)).status).toBe(400);
  });
});

describe('languages', () => {
  test.each([
    ['zh-TW,zh;q=0.9,en;q=0.8', 'zh-Hant-TW', '登入', 'Send me a Push'],
    ['pt-PT', 'pt-PT', 'Iniciar sessão', 'Enviar-me um Push'],
    ['fr-FR,en;q=0.5', 'en', 'Sign in', 'Send me a Push'],
    ['fr', 'en', 'Sign in', 'Send me a Push'],
  ])('a browser that asks for %s reads %s', async (asked, language, title, send) => {
    const browser = bench.at.visitor(asked);
    const form = await browser.get('/');
    expect(form.html).toContain(`<html lang="${language}"`);
    expect(textOf(form)).toContain(title);
    const push = await bench.at.enter(browser, mei);
    expect(push.html).toContain(`<html lang="${language}"`);
    const { factors } = bench.at.campus.services;
    await factors.deny(mei.phone, factors.waiting(mei.phone)[0]?.id ?? '');
    expect(textOf(await browser.get(push.address))).toContain(send);
    expect((await browser.get(`${bench.at.hostOf('duo')}/no-such-page`)).html).toContain(`<html lang="${language}"`);
  });

  test('a language chosen on one page also holds on the campus’s other pages', async () => {
    const browser = bench.at.visitor('en');
    const form = await browser.follow(await browser.get('/'), '中文');
    expect(form.path).toBe('/adfs/ls/');
    expect(form.html).toContain('<html lang="zh-Hant-MO"');
    expect(form.headers.getSetCookie().find((line) => line.startsWith('lang='))).toContain('Domain=campus.test');
    const push = await browser.sendForm(form, 'loginForm', { UserName: `${mei.userId}@campus.test`, Password: mei.password });
    expect(textOf(push)).toContain('請查看 Duo Push');
    expect(textOf(push)).toContain('Other options');
  });
});
