import { startCampus } from '../../campus/campus.ts';
import { mei } from '../tour/people.ts';
import { expect, test } from './support/scene.ts';

test('a wrong password says which two things to check and how many tries are left, and the right one then works', async ({ open }) => {
  const scene = await open();
  await scene.connect();
  await scene.proceed();
  await scene.signIn('wrong');
  await scene.says('Wrong user ID or password');
  await scene.says(/9 tries left/);
  await expect(scene.window.getByLabel('UMPASS user ID')).toHaveValue(mei.userId);
  await scene.signIn();
  await expect(scene.heading('Confirm it is you')).toBeVisible();
});

test('wrong passwords lead to a lockout that says until when', async ({ open }) => {
  const scene = await open();
  await scene.connect();
  await scene.proceed();
  for (let left = 9; left > 0; left--) {
    await scene.signIn('wrong');
    await scene.says(left === 1 ? 'One try left' : `${left} tries left`);
  }
  await scene.signIn('wrong');
  await scene.says('Account locked');
  await scene.says(/lets you try again at \d/);
});

test('a wrong passcode and a used passcode each have their own message', async ({ open }) => {
  // The campus's clock stands still: however long this takes, the code stays used and not expired
  const now = Date.now();
  const scene = await open({ now: () => now });
  await scene.atSecondFactor();
  await scene.toPasscode();
  await scene.enterPasscode('000 000');
  await scene.says('Wrong passcode');
  const code = scene.code();
  await scene.enterPasscode(code);
  await expect(scene.heading('Connected')).toBeVisible();
  await scene.button('Disconnect').click();
  await expect(scene.button('Connect')).toBeVisible();

  await scene.atSecondFactor();
  await scene.toPasscode();
  await scene.enterPasscode(code);
  await scene.says('Passcode used already');
  await scene.says(/next code in|new code now/);
});

test('an approved push connects', async ({ open }) => {
  const scene = await open();
  await scene.atSecondFactor();
  await scene.sendPush();
  const push = await scene.push();
  await scene.campus.services.factors.approve(mei.phone, push.id);
  await expect(scene.heading('Connected')).toBeVisible();
});

test('a push with a number shows the number, and connects once it is entered on the phone', async ({ open }) => {
  const scene = await open({ numberMatching: true });
  await scene.atSecondFactor();
  await scene.sendPush();
  const push = await scene.push();
  const number = await scene.window.locator('.number-digits').innerText();
  expect(await scene.campus.services.factors.approve(mei.phone, push.id, number.replace(/\D/g, ''))).toBe(true);
  await expect(scene.heading('Connected')).toBeVisible();
});

test('a denied push and a timed-out push look different, and a passcode still works after each', async ({ open }) => {
  const scene = await open();
  await scene.atSecondFactor();
  await scene.sendPush();
  await scene.campus.services.factors.deny(mei.phone, (await scene.push()).id);
  await scene.says('The push was denied');
  await scene.sendPush();
  await scene.push();
  scene.passTime(61_000);
  await scene.says('The push was not answered');
  await scene.toPasscode();
  await scene.enterPasscode(scene.code());
  await expect(scene.heading('Connected')).toBeVisible();
});

test('choosing a passcode instead of a push withdraws the push from the phone', async ({ open }) => {
  const scene = await open();
  await scene.atSecondFactor();
  await scene.sendPush();
  await scene.push();
  await scene.button('Enter a Passcode instead').click();
  await expect(scene.heading('Enter a Passcode')).toBeVisible();
  await expect.poll(() => scene.campus.services.factors.waiting(mei.phone)).toEqual([]);
});

test('declining the notice ends the sign-in', async ({ open }) => {
  const scene = await open();
  await scene.connect();
  await scene.button('Decline').click();
  await scene.ended('Notice declined');
});

test('a gateway that cannot be reached is reported, and Try again works once it is back', async ({ open }, info) => {
  const dataDirectory = info.outputPath('campus');
  const scene = await open({ dataDirectory });
  const { port } = scene.campus;
  await scene.campus.stop();
  await scene.button('Connect').click();
  await scene.ended('Your campus did not answer');
  scene.campus = await startCampus({ port, dataDirectory });
  await scene.button('Try again').click();
  await expect(scene.heading('Notice from your campus')).toBeVisible();
  await scene.proceed();
  await scene.signIn();
  await expect(scene.heading('Confirm it is you')).toBeVisible();
});

test('Cancel at every question returns to the home screen and leaves nothing behind', async ({ open }) => {
  const scene = await open();
  const steps: [string, () => Promise<void>][] = [
    ['notice', () => scene.connect()],
    [
      'credentials',
      async () => {
        await scene.connect();
        await scene.proceed();
      },
    ],
    ['second factor', () => scene.atSecondFactor()],
    [
      'push',
      async () => {
        await scene.atSecondFactor();
        await scene.sendPush();
      },
    ],
    [
      'passcode',
      async () => {
        await scene.atSecondFactor();
        await scene.toPasscode();
      },
    ],
  ];
  for (const [name, reach] of steps) {
    await test.step(name, async () => {
      await reach();
      await scene.window.keyboard.press('Escape');
      await expect(scene.button('Connect')).toBeVisible();
      await expect.poll(() => scene.campus.services.factors.waiting(mei.phone)).toEqual([]);
      expect(scene.campus.records.sessions()).toEqual([]);
    });
  }
});
