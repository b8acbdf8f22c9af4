import { PNG } from 'pngjs';
import { toBuffer as drawPng } from 'qrcode';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createPhone } from '../../../campus/phone/phone.ts';
import { pictureBytes } from '../../../campus/phone/qr-code.ts';
import type { Enrolment } from '../../../campus/services.ts';
import { ana, mei, openTestServices, type TestServices } from '../../support/campus/campus-services.ts';
import { serve, textOf, Visitor, type Shown } from '../../support/campus/visitor.ts';

let services: TestServices;
let site: { origin: string; close: () => Promise<void> };
let visitor: Visitor;
afterEach(async () => {
  await site.close();
  await services.close();
});

async function open(options: { numberMatching?: boolean } = {}): Promise<void> {
  services = await openTestServices(options);
  site = await serve(createPhone({ factors: services.factors, now: services.now, address: 'https://phone.campus.test/' }));
  visitor = new Visitor(site.origin);
}

const namesOf = (userId: string) => services.factors.devices(userId).map(({ name }) => name);
const tokenOn = ({ html }: Shown) => /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';

describe('a pocket phone', () => {
  beforeEach(() => open());

  test('a pocket phone is on the front page, says what it is, and shows live codes', async () => {
    const phones = await visitor.get('/');
    const shown = await visitor.follow(phones, "Mei's phone");
    expect(shown.path).toBe('/phones/mei-phone');
    expect(textOf(shown)).toContain('Duo Mobile');
    expect(textOf(shown)).toContain('stand-in phone, not the real app');
    const code = /class="number">(\d{3}) (\d{3})</.exec(shown.html)?.slice(1).join('') ?? '';
    expect(await services.factors.checkPasscode(mei.userId, code, 'portal')).toMatchObject({ ok: true });
    services.clock.at += 30_000;
    expect((await visitor.get(shown.path)).html).not.toContain(`${code.slice(0, 3)} ${code.slice(3)}`);
  });

  test('an unknown pocket phone is not found', async () => {
    for (const path of ['/phones/nobody', '/phones/nobody/add', '/phones/nobody/events'])
      expect((await visitor.fetch(path)).status).toBe(404);
  });

  test('a pocket phone shows a push and answers it', async () => {
    const [device] = services.factors.devices(mei.userId);
    const first = await services.factors.startPush(mei.userId, device?.id ?? '', 'gateway');
    let shown = await visitor.get('/phones/mei-phone');
    expect(textOf(shown)).toContain('Are you signing in?');
    expect(textOf(shown)).toContain('VPN sign-in');
    expect(shown.html).not.toContain('name="number"');
    shown = await visitor.submit(shown, 'Approve');
    expect(await first.outcome).toBe('approved');
    expect(textOf(shown)).not.toContain('Are you signing in?');

    const second = await services.factors.startPush(mei.userId, device?.id ?? '', 'portal');
    shown = await visitor.get('/phones/mei-phone');
    expect(textOf(shown)).toContain('Device portal');
    await visitor.submit(shown, 'Deny');
    expect(await second.outcome).toBe('denied');
  });

  test('a pocket phone answers nothing that it was not asked', async () => {
    const [device] = services.factors.devices(mei.userId);
    await services.factors.startPush(mei.userId, device?.id ?? '', 'gateway');
    const shown = await visitor.get('/phones/mei-phone');
    const [push] = services.factors.waiting('mei-phone');
    const csrf = tokenOn(shown);
    // Another phone, and another site without the token
    await visitor.post(`/phones/ana-phone/pushes/${push?.id ?? ''}`, { csrf, decision: 'approve' });
    expect((await visitor.post(`/phones/mei-phone/pushes/${push?.id ?? ''}`, { decision: 'approve' })).status).toBe(403);
    expect((await visitor.post(`/phones/mei-phone/pushes/${push?.id ?? ''}`, { decision: 'approve', csrf: 'guess' })).status).toBe(403);
    expect((await visitor.post(`/phones/mei-phone/pushes/${push?.id ?? ''}`, { decision: 'maybe', csrf })).status).toBe(400);
    expect(services.factors.waiting('mei-phone')).toHaveLength(1);
    // One that is gone: the phone as it is
    services.clock.at += 60_000;
    const gone = await visitor.submit(shown, 'Approve');
    expect(gone.path).toBe('/phones/mei-phone');
    expect(gone.html).not.toContain('role="alert"');
  });

  test('a pocket phone gets a push at once', async () => {
    const feed = await visitor.fetch('/phones/mei-phone/events');
    expect(feed.headers.get('content-type')).toBe('text/event-stream');
    const reader = feed.body?.pipeThrough(new TextDecoderStream()).getReader();
    let received = '';
    const until = async (count: number) => {
      while (received.split('event: change\n').length - 1 < count) {
        const part = await reader?.read();
        if (!part || part.done) throw new Error('the feed ended');
        received += part.value;
      }
    };
    await until(1);
    const [device] = services.factors.devices(mei.userId);
    await services.factors.startPush(mei.userId, device?.id ?? '', 'gateway');
    await until(2);
    await reader?.cancel();
  });
});

describe('with number matching', () => {
  beforeEach(() => open({ numberMatching: true }));

  test('a pocket phone approves with the right number only, and denies after three wrong ones', async () => {
    const [device] = services.factors.devices(mei.userId);
    const push = await services.factors.startPush(mei.userId, device?.id ?? '', 'gateway');
    const wrong = push.number === '000' ? '111' : '000';
    let shown = await visitor.get('/phones/mei-phone');
    shown = await visitor.submit(shown, 'Approve', { number: wrong });
    expect(textOf(shown)).toContain('not the number on your screen');
    await visitor.submit(await visitor.get('/phones/mei-phone?wrong-number'), 'Approve', { number: push.number ?? '' });
    expect(await push.outcome).toBe('approved');

    const other = await services.factors.startPush(mei.userId, device?.id ?? '', 'gateway');
    shown = await visitor.get('/phones/mei-phone');
    for (const number of ['1', '22', '4444']) shown = await visitor.submit(shown, 'Approve', { number });
    expect(await other.outcome).toBe('denied');
    expect(textOf(shown)).not.toContain('Are you signing in?');
  });
});

describe('adding an account', () => {
  let enrolment: Enrolment;
  let add: Shown;
  beforeEach(async () => {
    await open();
    enrolment = services.factors.startEnrolment(ana.userId, 'tablet', 'ios');
    add = await visitor.follow(await visitor.get('/phones/new-phone'), 'Add an account');
  });

  /** The form with a file in it, as a browser sends it. */
  async function addPicture(picture: Buffer, fields: { activation?: string; name?: string } = {}): Promise<Shown> {
    const form = new FormData();
    form.set('csrf', tokenOn(add));
    form.set('activation', fields.activation ?? '');
    form.set('name', fields.name ?? 'By picture');
    form.set('picture', new File([new Uint8Array(picture)], 'qr.png', { type: 'image/png' }));
    return await visitor.upload(add.path, form);
  }

  test('a pocket phone adds an account by its activation code', async () => {
    const shown = await visitor.submit(add, 'Add', { activation: enrolment.activationCode, name: 'Pasted' });
    expect(shown.path).toBe('/phones/new-phone');
    expect(textOf(shown)).toContain('Pasted');
    expect(namesOf(ana.userId)).toContain('Pasted');
    expect(textOf(await visitor.submit(add, 'Add', { activation: enrolment.activationCode, name: 'Twice' }))).toContain(
      'may have been used',
    );
    expect(namesOf(ana.userId)).not.toContain('Twice');
  });

  test('a pocket phone adds an account by the text of the QR code', async () => {
    await visitor.submit(add, 'Add', { activation: enrolment.uri, name: 'As text' });
    expect(namesOf(ana.userId)).toContain('As text');
  });

  test('a pocket phone adds an account by a picture of the QR code, even of a whole screen', async () => {
    const small = PNG.sync.read(await drawPng(enrolment.uri, { scale: 4 }));
    const screen = new PNG({ width: 1280, height: 800 });
    screen.data.fill(0xdd);
    PNG.bitblt(small, screen, 0, 0, small.width, small.height, 300, 200);
    const shown = await addPicture(PNG.sync.write(screen), { name: 'By camera' });
    expect(shown.path).toBe('/phones/new-phone');
    expect(namesOf(ana.userId)).toContain('By camera');
  });

  test('a pocket phone shows a hostile name as text', async () => {
    const hostile = '<script>alert(1)</script>';
    const shown = await visitor.submit(add, 'Add', { activation: enrolment.activationCode, name: hostile });
    expect(shown.html).not.toContain(hostile);
    expect(textOf(shown)).toContain('<script>alert(1)</script>');
  });

  test('a pocket phone says what is missing, and keeps what was typed', async () => {
    let shown = await visitor.submit(add, 'Add', { activation: '', name: 'Nameless code' });
    expect(textOf(shown)).toContain('Paste the activation code');
    expect(shown.html).toContain('value="Nameless code"');
    shown = await visitor.submit(add, 'Add', { activation: enrolment.activationCode, name: ' ' });
    expect(textOf(shown)).toContain('Give the account a name');
    expect(shown.html).toContain(`value="${enrolment.activationCode}"`);
    expect(textOf(await visitor.submit(add, 'Add', { activation: 'AAAA-BBBB', name: 'x' }))).toContain('activates nothing');
    expect(services.factors.enrolment(enrolment.id)?.device).toBeNull();
  });

  test('a pocket phone refuses pictures that are invalid, damaged, without a code, or would unpack into something huge', async () => {
    const png = await drawPng(enrolment.uri);
    const huge = Buffer.from(png);
    huge.writeUInt32BE(50_000, 16);
    const interlaced = Buffer.from(png);
    interlaced.writeUInt8(1, 28);
    const blank = PNG.sync.write(new PNG({ width: 100, height: 100 }));
    for (const picture of [Buffer.from('GIF89a'), png.subarray(0, 200), huge, interlaced]) {
      const shown = await addPicture(picture);
      expect(shown.status).toBe(422);
      expect(textOf(shown)).toContain('Choose a PNG picture');
    }
    expect(textOf(await addPicture(blank))).toContain('no QR code in this picture');
    expect((await addPicture(Buffer.alloc(pictureBytes + 20_000))).status).toBe(413);
    expect(services.factors.enrolment(enrolment.id)?.device).toBeNull();
  });

  test('a pocket phone accepts no form of another site', async () => {
    const shown = await visitor.post(add.path, { activation: enrolment.activationCode, name: 'x', csrf: 'guess' });
    expect(shown.status).toBe(403);
    expect(services.factors.enrolment(enrolment.id)?.device).toBeNull();
  });
});
