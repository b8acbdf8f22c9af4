import { plural } from '../../../../shared/messages/plural.ts';

/** What the pages of every site say. */
export const common = {
  layout: {
    skip: 'Skip to content',
    languages: 'Language',
    foot: 'A stand-in campus that comes with Causeway. No real account is touched.',
  },
  /** Times, counted down by the pages' script. The first two are for browsers without it. */
  clock: {
    until: 'until {time}',
    at: 'at {time}',
    seconds: '{count} s',
    inSeconds: 'in {count} s',
    now: 'now',
    inMinutes: plural('in {count} minutes', { one: 'in a minute' }),
  },
  copy: { copy: 'Copy', copied: 'Copied' },
  triesLeft: plural('{count} tries are left.', { one: 'One try is left.' }),
  errors: {
    400: { title: 'That did not reach us in one piece', text: 'Please go back and try again.' },
    403: {
      title: 'This form is no longer good',
      text: 'It was opened too long ago, or in another window. Please start again from the first page.',
    },
    404: { title: 'There is no such page', text: 'The address may be mistyped, or what it led to is gone.' },
    405: { title: 'That is not how this page works', text: 'Please start again from the first page.' },
    413: { title: 'That is too large', text: 'Please go back and send something smaller.' },
    500: { title: 'Something went wrong here', text: 'It is not your fault. Please try again; if it stays, tell the help desk.' },
    failed: 'That did not work',
    firstPage: 'Go to the first page',
  },
  /** By failure code. `{left}` is the time left in words. */
  failures: {
    'sign-in-rejected': 'This UMPASS ID and password do not go together. Check both, and whether Caps Lock is on.',
    'portal-sign-in': 'This sign-in was used already or is too old. Please sign in here.',
    'account-locked': 'Too many tries went wrong. Your account is locked until {time} ({left}); after that, try again.',
    'passcode-wrong': 'This passcode is not right. Check the digits and try again.',
    'passcode-used': 'This passcode was used already. Wait for the next one, then enter that.',
    'passcode-expired': 'This passcode is too old. Enter the one that is shown now, or get a new 2FA Passcode.',
    'push-superseded': 'This device can no longer be asked. Choose another one.',
    'recovery-identity': 'What you entered does not match our records. Check each part and try again.',
    'recovery-password': 'This password is not right. Check whether Caps Lock is on, and try again.',
    'recovery-limited': 'There were too many tries. You can try again after {time} ({left}).',
    'recovery-timed-out': 'That took longer than we may wait. Please start again.',
    'settings-unwritable':
      'We cannot save anything just now, so nothing was changed. Please try again in a few minutes; if it stays, tell the help desk.',
    'request-invalid': 'That did not reach us in one piece. Please check what you entered and try again.',
    'other': 'That did not work. Please try again.',
  },
};
