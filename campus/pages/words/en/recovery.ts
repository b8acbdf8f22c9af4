/** What the recovery site says. Buttons of the campus's guide have its names, word for word. */
export const recovery = {
  service: 'Account recovery',
  title: 'Recover your account',
  lead: 'For people who lost the device that confirms their sign-ins. Click your role.',
  roles: { student: 'Student', staff: 'Staff' },
  back: 'Back',
  next: 'Next',
  get: 'Get 2FA Passcode',
  identity: {
    title: 'Who are you?',
    userId: 'UMPASS ID',
    dateOfBirth: 'Date of birth',
    lastFour: 'Last 4 characters of ID/Passport Number',
    verify: 'Verify',
  },
  need: {
    title: 'What do you need?',
    lead: 'Select one and click Next.',
    passcodeHint: 'Nine digits that stand in for your device for an hour',
  },
  password: {
    title: 'UMPASS password',
    question: 'Enter your UMPASS password',
    whose: 'For {user}',
    label: 'UMPASS password',
  },
  passcode: {
    title: 'Your 2FA Passcode',
    keep: 'Copy or remember it: it is shown only once.',
    good: 'Good until {time}, once to connect from off campus and once in the device portal. It is void as soon as you have added a device.',
    thenTitle: 'Next',
    then: 'Open the device portal, choose “Add a new Device”, click “Enter a Passcode” and enter these nine digits.',
    shown: 'It was shown already. If you did not keep it, get a new one; the old one is then void.',
  },
};
