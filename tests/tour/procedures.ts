import type { SignInKind } from '../../campus/sign-in-kind.ts';
import { kit, mei, ana } from './people.ts';
import * as act from './moves.ts';
import type { Stage, Where } from './stage.ts';

/** One procedure of the campus's guide. `guideSteps` is the number of numbered steps that the guide has for it. */
export interface Procedure {
  name: string;
  where: Where;
  /** How people sign in at the campus's gateway. Default: by our forms. */
  signIn?: SignInKind;
  /** Whether the computer has a keychain: without one, nothing is kept. */
  keychain?: boolean;
  guideSteps: number;
  /** More actions than these are a failure. */
  mostActions?: number;
  play(stage: Stage): Promise<void>;
  /** Whether the goal is reached, by the campus's own records. */
  reached(stage: Stage): boolean;
}

export const newName = 'My new tablet';
const hasNew =
  (userId: string) =>
  (stage: Stage): boolean =>
    stage.campus.records.devices(userId).some((device) => device.name === newName);

/** The guide's three tasks, wherever and however people sign in. */
export const tasks = {
  add: { name: 'Add a new device with a passcode', reached: hasNew(mei.userId) },
  lost: { name: 'Add a new device after I lost my phone', reached: hasNew(kit.userId) },
  remove: {
    name: 'Remove an old device with a push',
    reached: (stage: Stage) => stage.campus.records.devices(ana.userId).every((device) => device.name !== ana.oldDevice),
  },
};

/** The guide's numbers of the steps that add and remove a device in the portal. */
const onAdd = { type: '4', platform: '5', installed: '6', scan: '8', login: '9', choose: '10', approve: '11', done: '12' };
export const offAdd = { type: '8', platform: '9', installed: '10', scan: '12', login: '13', choose: '14', approve: '15', done: '16' };
export const offRemove = { options: '9', trash: '10', remove: '11' };

const offAddPasscode: Procedure = {
  ...tasks.add,
  where: 'off campus',
  guideSteps: 16,
  async play(stage) {
    await act.chooseTask(stage, 'Add a new device', '1');
    await act.proceed(stage, '2');
    await act.signInToGateway(stage, mei, '3');
    await act.passcodeToGateway(stage, mei.phone, '4');
    await act.confirmWithPasscode(stage, () => act.codeOn(stage, mei.phone), '7');
    await act.enrol(stage, newName, offAdd);
  },
};

const offAddLost: Procedure = {
  ...tasks.lost,
  where: 'off campus',
  guideSteps: 21,
  mostActions: 22,
  async play(stage) {
    await act.chooseTask(stage, 'I lost my phone', 'Recovery 1');
    await act.recover(stage, kit, { next: 'Use passcode and continue' });
    // The app knows the password from the recovery, and gives the gateway the passcode: steps 3 and 4
    await act.proceed(stage, '2', () => act.portalPage(stage, '/add/confirm'));
    await act.pasteHeldPasscode(stage, '7');
    await act.enrol(stage, newName, offAdd);
  },
};

const offRemoval: Procedure = {
  ...tasks.remove,
  where: 'off campus',
  guideSteps: 11,
  async play(stage) {
    await act.chooseTask(stage, 'Remove an old device', '1');
    await act.proceed(stage, '2');
    await act.signInToGateway(stage, ana, '3');
    await act.pushToGateway(stage, ana.phone, '4');
    await act.confirmWithPush(stage, ana.phone, { choose: '7', approve: '8' });
    await act.removeDevice(stage, ana.oldDevice, offRemove);
  },
};

const onAddPasscode: Procedure = {
  ...tasks.add,
  where: 'on campus',
  guideSteps: 12,
  async play(stage) {
    await act.chooseTask(stage, 'Add a new device', '1');
    await act.signInToPortal(stage, mei, '1');
    await act.openArea(stage, 'Add a new Device', '2');
    await act.confirmWithPasscode(stage, () => act.codeOn(stage, mei.phone), '3');
    await act.enrol(stage, newName, onAdd);
  },
};

const onAddLost: Procedure = {
  ...tasks.lost,
  where: 'on campus',
  guideSteps: 17,
  async play(stage) {
    await act.chooseTask(stage, 'I lost my phone', 'Recovery 1');
    await act.recover(stage, kit, { next: 'Use passcode and continue' });
    await act.pasteHeldPasscode(stage, '3');
    await act.enrol(stage, newName, onAdd);
  },
};

const onRemove: Procedure = {
  ...tasks.remove,
  where: 'on campus',
  guideSteps: 7,
  async play(stage) {
    await act.chooseTask(stage, 'Remove an old device', '1');
    await act.signInToPortal(stage, ana, '1');
    await act.openArea(stage, 'My Settings & Devices', '2');
    await act.confirmWithPush(stage, ana.phone, { choose: '3', approve: '4' });
    await act.removeDevice(stage, ana.oldDevice, { options: '5', trash: '6', remove: '7' });
  },
};

/** In playing order. */
export const formProcedures: readonly Procedure[] = [offAddPasscode, offAddLost, offRemoval, onAddPasscode, onAddLost, onRemove];
