import type { GuideStepId, PortalTask } from '../../guide.ts';
import { plural } from '../plural.ts';

type GuideMessages = { [T in PortalTask]: Record<Exclude<GuideStepId<T>, 'done'>, string | readonly string[]> & { done: string } };

/** What to do at each step, with the portal's own button names. A step with several moves has a sentence for each. */
const steps: GuideMessages = {
  'add-device': {
    'sign-in': 'Sign in to the device portal.',
    'add': 'Click “Add a new Device”.',
    'confirm': 'Confirm it is you: with a push, or with “Enter a Passcode” and your recovery passcode.',
    'type': 'Choose “Tablet”, even for a phone: it needs no phone number.',
    'platform': 'Choose “Continue with iOS” (iPhone, iPad) or “Continue with Android”.',
    'installed': 'Click “I have Duo Mobile installed”.',
    'scan': [
      'On the new device, open Duo Mobile and tap +.',
      'Use it to scan the QR code on the right, and give the device a name.',
      'Click “Continue to Login” on the right.',
    ],
    'choose': 'Choose the device that you just added, then “Send me a Push” or “Enter a Passcode”.',
    'done': 'You are all set!',
  },
  'remove-device': {
    'sign-in': 'Sign in to the device portal.',
    'devices': 'Click “My Settings & Devices”.',
    'confirm': 'Confirm it is you: with a push to a device that you still have, or with a passcode.',
    'options': 'Click “Device Options” next to the old device.',
    'trash': 'Click the trash icon.',
    'remove': 'Click “Remove”.',
    'done': 'The old device is removed.',
  },
};

export const guide = {
  steps,
  /** In place of the sentence of that step, for somebody who lost their phone. */
  confirmHeld:
    'Copy the passcode above, paste it under “Passcode” on the right, and click “Enter a Passcode”. Do not choose “Send me a Push”: it goes to your old phone.',
  confirmLost:
    'Type your recovery passcode under “Passcode” on the right, and click “Enter a Passcode”. Do not choose “Send me a Push”: it goes to your old phone.',
  title: 'Device portal',
  progress: 'Step {step} of {count}',
  stepsDone: plural('{count} steps done', { one: 'One step done' }),
  free: 'Your campus’s own page is open beside this column. Choose a task to see its steps here.',
  lost: 'This page is not one of the steps below. Go back, or carry on there.',
  other: 'Your campus’s portal may name its buttons differently.',
  finish: 'Close portal and disconnect',
  finishOnCampus: 'Done',
  removeLost: 'Remove your lost phone',
  removeLostWhy: 'Until you remove it, your old phone can still approve sign-ins.',
  onCampus: 'On campus: no VPN needed',
  connected: 'Connected to {campus}',
  leave: 'Choose another task',
};
