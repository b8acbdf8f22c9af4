import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guideSteps, stepAt } from '../../../shared/guide.ts';
import { readLink } from '../../../shared/link.ts';
import { groupPasscode, offersPhone, plainPasscode, spellPasscode } from '../../../shared/passcode.ts';
import { taskSchema } from '../../../shared/task.ts';

describe('links', () => {
  it('our own links are read', () => {
    const ids = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/);
    fc.assert(
      fc.property(ids, fc.constantFrom(...taskSchema.options), fc.constantFrom('', '/'), (profileId, task, end) => {
        expect(readLink(`causeway://connect/${profileId}${end}`)).toEqual({ kind: 'connect', profileId });
        expect(readLink(`causeway://task/${task}${end}`)).toEqual({ kind: 'task', task });
        expect(readLink(`causeway://campus/${profileId}x.example:8443${end}`)).toEqual({
          kind: 'campus',
          address: `${profileId}x.example:8443`,
        });
      }),
    );
  });

  it('anything else is no link, and reading it never throws', () => {
    const part = fc.oneof(
      fc.string(),
      fc.constantFrom('causeway:', '//', '/', 'connect', 'task', 'add-device', 'campus', '?a=b', '#x', '%2e', '..', '\n', 'CAUSEWAY:'),
    );
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 6 }).map((parts) => parts.join('')),
        (text) => {
          const link = readLink(text);
          if (link)
            expect(
              [
                `causeway://${link.kind}/${link.kind === 'connect' ? link.profileId : link.kind === 'task' ? link.task : link.address}`,
                '',
              ].includes(text.replace(/\/$/, '')),
            ).toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
    for (const text of [
      'causeway://task/quit',
      'causeway://connect/-x',
      'causeway://connect/a/b',
      'causeway://connect/a?b',
      'causeway://campus/user@example',
      'causeway://campus/a.example/path',
      'causeway://campus/a.example:443:1',
      'causeway://campus/.example',
      'causeway://connect/a\n',
      `causeway://connect/${'a'.repeat(64)}`,
    ]) {
      expect(readLink(text)).toBeNull();
    }
  });
});

describe('passcodes', () => {
  it.each([
    ['123456', '123 456'],
    ['1234567', '123 4567'],
    ['123456789', '123 456 789'],
    ['12345678', '123 456 78'],
    ['push', 'push'],
    ['cccjgjgkhcbbirdrfdnlnghhfgrtnnlgedjlftrbdeut', 'cccjgjgkhcbbirdrfdnlnghhfgrtnnlgedjlftrbdeut'],
  ])('the passcode %s is shown as %s', (code, shown) => expect(groupPasscode(code)).toBe(shown));

  it.each([
    ['482915036', '4 8 2, 9 1 5, 0 3 6'],
    ['1234567', '1 2 3, 4 5 6 7'],
  ])('the passcode %s is read aloud as %s', (code, spoken) => expect(spellPasscode(code)).toBe(spoken));

  it('a passcode is the same after grouping, and after pasted spaces and dashes', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\d{1,20}$/), fc.array(fc.constantFrom(' ', '-', '\u00A0', '\t')), (code, spaces) => {
        expect(plainPasscode(groupPasscode(code))).toBe(code);
        expect(plainPasscode(code.replace(/\d/g, (digit, at: number) => digit + (spaces[at] ?? '')))).toBe(code);
      }),
    );
  });
});

describe('an option of a list', () => {
  it.each([
    'Duo Push',
    'Push Notification',
    'Phone call to XXX-1234',
    'Call me',
    'SMS passcodes',
    'Phone',
    'phone2',
    'Text me a code',
    'Notify my app',
    'Notification on my phone',
    'Ring my desk phone',
    'Voice',
    'Voice call',
    'Receive a call',
    'Callback',
    'Send SMS',
    'Send code to +1',
  ])('the option %s rings a phone', (label) => expect(offersPhone(label)).toBe(true));
  it.each([
    'Passcode',
    'Call Center',
    'Telephone Services',
    'Students',
    'Texts and Languages',
    'Authenticator app',
    'Voice and Drama',
    'Spring Ring',
    'Enter the SMS code',
  ])('the option %s rings no phone', (label) => expect(offersPhone(label)).toBe(false));
});

describe('the guide', () => {
  it('the guide finds each step at its own pages, in order, and null at any other', () => {
    for (const task of ['add-device', 'remove-device'] as const) {
      guideSteps[task].forEach((each, index) => {
        for (const path of each.paths) expect(stepAt(task, path.replace('*', 'abc'))).toBe(index);
      });
      fc.assert(
        fc.property(fc.stringMatching(/^\/[a-z/]{0,20}$/), (path) => {
          const index = stepAt(task, path);
          if (index !== null) expect(index).toBeLessThan(guideSteps[task].length);
        }),
      );
      expect(stepAt(task, '/elsewhere')).toBeNull();
    }
  });
});
