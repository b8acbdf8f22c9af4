/** What the pocket phones say. */
export const phone = {
  phones: 'Pocket phones',
  phonesLead: 'Each stands in for a phone with Duo Mobile on it. Nothing here reaches a real one.',
  noPhone: 'There is no phone.',
  standIn: '{phone} · Causeway’s stand-in phone, not the real app',
  noAccount: 'No account yet. Tap the “+” button and scan the QR code on your computer’s screen.',
  request: {
    label: 'Sign-in request',
    question: 'Are you signing in?',
    from: { gateway: 'VPN sign-in · {account}', portal: 'Device portal · {account}' },
    number: 'Number on your screen',
    wrongNumber: 'That is not the number on your screen.',
    approve: 'Approve',
    deny: 'Deny',
  },
  add: {
    title: 'Add an account',
    back: 'Back',
    code: 'Activation code',
    codeHint: 'From the page on your computer',
    picture: 'Or a picture of the QR code',
    name: 'New name',
    nameHint: 'For example “My tablet”',
    submit: 'Add',
    problems: {
      'no-name': 'Give the account a name.',
      'no-code': 'Paste the activation code, or choose a picture of the QR code.',
      'bad-code': 'This code activates nothing. It may have been used, or be too old.',
      'no-qr-code': 'There is no QR code in this picture.',
      'bad-picture': 'This did not work. Choose a PNG picture of up to 2 MB with a QR code that was not used yet.',
    },
  },
};
