import { ana, kit, mei } from './people.ts';
import * as act from './moves.ts';
import * as page from './page-moves.ts';
import { newName, offAdd, offRemove, tasks, type Procedure } from './procedures.ts';
import type { Stage } from './stage.ts';

/**
 * The guide's procedures off campus, at a campus whose members sign in on web pages (AD FS, Duo). There the campus's page
 * asks what our own screens ask elsewhere.
 */

const add: Procedure = {
  ...tasks.add,
  where: 'off campus',
  signIn: 'pages',
  guideSteps: 16,
  async play(stage) {
    await act.chooseTask(stage, 'Add a new device', '1');
    await page.signInOnOurScreen(stage, mei, '3');
    await page.enterDuoPasscode(stage, mei.phone, '4');
    await page.answerTrust(stage, 'no', '4');
    // Such a gateway has no one-time sign-in to the portal
    await page.proceedOnPage(stage, '2', page.portalAt(stage, '/sign-in'));
    await act.signInToPortal(stage, mei, '5');
    await act.openArea(stage, 'Add a new Device', '6');
    await act.confirmWithPasscode(stage, () => act.codeOn(stage, mei.phone), '7');
    await act.enrol(stage, newName, offAdd);
  },
};

const lost: Procedure = {
  ...tasks.lost,
  where: 'off campus',
  signIn: 'pages',
  guideSteps: 21,
  mostActions: 28,
  async play(stage) {
    await act.chooseTask(stage, 'I lost my phone', 'Recovery 1');
    // The app still knows the password from the recovery, and signs in with it
    await act.recover(stage, kit, { next: 'Continue to Add a new device', until: () => stage.signInPage('/frame/v4/push') });
    await page.enterBypassCode(stage, '4');
    await page.answerTrust(stage, 'no', '4');
    // The recovery site has a one-time sign-in to the portal
    await page.proceedOnPage(stage, '2', page.portalAt(stage, '/add/confirm'));
    await act.pasteHeldPasscode(stage, '7');
    await act.enrol(stage, newName, offAdd);
  },
};

const remove: Procedure = {
  ...tasks.remove,
  where: 'off campus',
  signIn: 'pages',
  guideSteps: 11,
  async play(stage) {
    await act.chooseTask(stage, 'Remove an old device', '1');
    await page.signInOnOurScreen(stage, ana, '3');
    await page.approveDuoPush(stage, ana.phone, '4');
    await page.answerTrust(stage, 'no', '4');
    await page.proceedOnPage(stage, '2', page.portalAt(stage, '/sign-in'));
    await act.signInToPortal(stage, ana, '5');
    await act.openArea(stage, 'My Settings & Devices', '6');
    await act.confirmWithPush(stage, ana.phone, { choose: '7', approve: '8' });
    await act.removeDevice(stage, ana.oldDevice, offRemove);
  },
};

const connected = (stage: Stage) => () => stage.window.getByRole('heading', { name: 'Connected' }).waitFor();
const connect = (stage: Stage) => stage.click(stage.window.getByRole('button', { name: 'Connect', exact: true }));

/** The guide has four steps to a connection, each time. The first time is not counted: it makes what is kept. */
const again: Procedure = {
  name: 'Connect again, with the sign-in kept',
  where: 'off campus',
  signIn: 'pages',
  keychain: true,
  guideSteps: 4,
  mostActions: 3,
  async play(stage) {
    const { window } = stage;
    await stage.step('1', 'The first time: Connect', () => connect(stage));
    await stage.step('3', 'Tick what is to be kept', async () => {
      for (const name of [/^Remember me/, /^Keep me signed in/]) {
        const tick = window.getByRole('checkbox', { name });
        await tick.click({ force: true });
        await window.getByRole('checkbox', { name, checked: true }).waitFor();
      }
    });
    await page.signInOnOurScreen(stage, mei, '3');
    await page.approveDuoPush(stage, mei.phone, '4');
    await page.answerTrust(stage, 'yes', '4');
    await page.proceedOnPage(stage, '2', connected(stage));
    await stage.step('Disconnect', 'Disconnect', async () => {
      await stage.click(window.getByRole('button', { name: 'Disconnect', exact: true }));
      await window.getByRole('button', { name: 'Connect', exact: true }).waitFor();
    });

    stage.countFromHere();
    await stage.step('1 and 3', 'The next time: Connect. The app signs in, and Duo knows this computer', async () => {
      await connect(stage);
      await stage.signInPage('/dana-na/auth/url_default/welcome.cgi');
    });
    await page.proceedOnPage(stage, '2', connected(stage));
  },
  reached: (stage) => stage.campus.records.sessions().some(({ userId }) => userId === mei.userId),
};

export const pageProcedures: readonly Procedure[] = [add, lost, remove, again];
