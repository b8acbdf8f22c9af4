import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { stepAt } from '../../../shared/task.ts';
import { ana, mei } from '../../support/campus/campus-services.ts';
import { answerPush, openTestPortal, type TestPortal } from '../../support/campus/portal-visit.ts';
import { textOf, type Shown, type Visitor } from '../../support/campus/visitor.ts';

let portal: TestPortal;
let visitor: Visitor;
let list: Shown;

/** Ana has two devices; her settings are open. */
beforeEach(async () => {
  portal = await openTestPortal();
  const person = await portal.signedIn(ana);
  visitor = person.visitor;
  const confirm = await visitor.follow(person.home, 'My Settings & Devices');
  list = await visitor.submit(confirm, 'Enter a Passcode', { passcode: portal.code(ana.phone) });
  expect(list.path).toBe('/devices');
});
afterEach(() => portal.close());

const namesOf = (userId: string) => portal.factors.devices(userId).map(({ name }) => name);

describe('My Settings & Devices', () => {
  test('a device is removed after a push and a question, at the addresses that the guide follows', async () => {
    const { visitor: other, home } = await portal.signedIn(ana);
    const paths = [home.path];
    const note = (shown: Shown) => {
      paths.push(shown.path);
      return shown;
    };
    note(await other.submit(note(await other.follow(home, 'My Settings & Devices')), 'Send me a Push (Recommended)'));
    await answerPush(portal, ana.phone, 'approve');
    let shown = note(await other.get('/devices/confirm/push'));
    shown = note(await other.follow(shown, "Device Options, Ana's tablet"));
    shown = note(await other.submit(shown, 'Remove'));
    expect(textOf(shown)).toContain("Remove Ana's tablet?");
    expect(namesOf(ana.userId)).toContain("Ana's tablet");
    shown = note(await other.submit(shown, 'Remove'));
    expect(textOf(shown)).toContain("Ana's tablet is removed");
    expect(textOf(shown)).toContain('One device is left');
    expect(namesOf(ana.userId)).toEqual(["Ana's phone"]);

    const steps = paths.map((path) => stepAt('remove-device', path));
    expect(steps).toEqual([1, 2, 2, 3, 4, 5, 6]);
  });

  test('Cancel removes no device', async () => {
    const options = await visitor.follow(list, "Device Options, Ana's tablet");
    const question = await visitor.submit(options, 'Remove');
    expect((await visitor.follow(question, 'Cancel')).path).toBe(options.path);
    expect(namesOf(ana.userId)).toHaveLength(2);
  });

  test('the trash button is drawn, and named for screen readers', async () => {
    const { html } = await visitor.follow(list, 'Device Options');
    expect(html).toMatch(/<button[^>]*aria-label="Remove"[^>]*>\s*<svg[^>]*aria-hidden="true"/);
  });

  test('the portal warns before the last device is removed, and says so afterwards', async () => {
    let shown = list;
    for (const name of ["Ana's tablet", "Ana's phone"]) {
      shown = await visitor.submit(await visitor.follow(shown, `Device Options, ${name}`), 'Remove');
      const only = textOf(shown).includes('your only device');
      expect(only).toBe(name === "Ana's phone");
      shown = await visitor.submit(shown, 'Remove');
      shown = await visitor.follow(shown, 'My Settings & Devices');
    }
    expect(textOf(shown)).toContain('You have no device');
  });

  test('a device can get any name, which is shown as text', async () => {
    const hostile = `<img src=x onerror=alert(1)> "&'`;
    const options = await visitor.follow(list, "Device Options, Ana's tablet");
    const renamed = await visitor.submit(options, 'Save the name', { name: hostile });
    expect(namesOf(ana.userId)).toContain(hostile);
    const pages = [
      renamed,
      await visitor.get(options.path),
      await visitor.get(options.path.replace('options', 'remove')),
      await (await portal.signedIn(ana)).visitor.get('/add/confirm'),
    ];
    for (const shown of pages) {
      expect(shown.html).not.toContain('<img src=x');
      expect(textOf(shown)).toContain(hostile);
    }
  });

  test.each([
    ['empty', ''],
    ['of spaces', '   '],
    ['of two lines', 'a\nb'],
    ['too long', 'x'.repeat(61)],
  ])('a device’s name that is %s is refused', async (_what, name) => {
    const options = await visitor.follow(list, 'Device Options');
    const before = namesOf(ana.userId);
    expect((await visitor.submit(options, 'Save the name', { name })).status).toBe(400);
    expect(namesOf(ana.userId)).toEqual(before);
  });

  test('another device can be made the default', async () => {
    expect(textOf(list)).toContain("Ana's phone Default");
    const options = await visitor.follow(list, "Device Options, Ana's tablet");
    const changed = await visitor.submit(options, 'Make it the default');
    expect(textOf(changed)).toContain("Ana's tablet Default");
    expect(portal.factors.devices(ana.userId).filter(({ isDefault }) => isDefault)).toHaveLength(1);
  });

  test('somebody else’s device cannot be changed', async () => {
    const [theirs] = portal.factors.devices(mei.userId);
    const id = theirs?.id ?? '';
    expect((await visitor.get(`/devices/options/${id}`)).path).toBe('/devices');
    const csrf = /name="csrf" value="([^"]+)"/.exec(list.html)?.[1] ?? '';
    await visitor.post(`/devices/remove/${id}`, { csrf });
    await visitor.post(`/devices/options/${id}/rename`, { csrf, name: 'mine now' });
    expect(namesOf(mei.userId)).toEqual(["Mei's phone"]);
  });

  test('a device removed in the meantime leads back to the list', async () => {
    const options = await visitor.follow(list, "Device Options, Ana's tablet");
    const gone = portal.factors.devices(ana.userId).find(({ name }) => name === "Ana's tablet");
    await portal.factors.remove(ana.userId, gone?.id ?? '');
    expect((await visitor.submit(options, 'Remove')).path).toBe('/devices');
    expect((await visitor.submit(options, 'Save the name', { name: 'x' })).path).toBe('/devices');
  });
});
