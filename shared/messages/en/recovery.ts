/** The recovery screens: the campus's public recovery site, step by step, as its guide has them. */
export const recovery = {
  purpose: 'I lost my phone',
  loading: { title: 'Contacting the recovery site', lead: 'Waiting for {campus} to answer.' },
  failed: { title: 'Recovery did not start' },
  role: { title: 'Who are you?', lead: 'Choose your role at {campus}.' },
  identity: {
    title: 'Show that it is you',
    lead: 'As it stands in your campus’s records.',
    dateOfBirth: 'Date of birth',
    lastFour: 'Last 4 characters of ID/Passport Number',
    lastFourHint: 'Letters or digits, for example 1234 or 56A7.',
    verify: 'Verify',
    verifying: 'Comparing with your campus’s records…',
    missing: 'Fill in {label} first.',
    lastFourWrong: 'It is exactly 4 letters or digits.',
  },
  password: {
    title: 'Get 2FA Passcode',
    lead: 'You are verified, {user}. Your password comes next; then your campus shows a passcode that stands in for your phone.',
    get: 'Get 2FA Passcode',
    getting: 'Asking for your passcode…',
  },
  passcode: {
    title: 'Your recovery passcode',
    lead: 'It stands in for your phone: once to connect and once in the device portal. Causeway keeps it at hand for both.',
    valid: 'Valid until {untilAt}',
    expired: 'No longer valid. Get a new one.',
    reveal: 'Show passcode',
    hide: 'Hide passcode',
    copy: 'Copy passcode',
    copied: 'Copied for 60 seconds',
    next: 'Continue to Add a new device',
    held: 'Recovery passcode',
  },
  /** Where the campus has recovery pages of its own. */
  site: {
    title: 'Get your recovery passcode',
    lead: 'Your campus’s own recovery page has opened in your web browser. Copy the passcode at its end; you paste it here once.',
    steps: [
      'Click your role.',
      'Fill in your user ID, date of birth and the last 4 characters of your ID or passport. Click Verify.',
      'Select Get 2FA Passcode and click Next.',
      'Type your password and click Next.',
      'Copy your 2FA Passcode.',
    ],
    next: 'I have it: Add a new device',
  },
};
