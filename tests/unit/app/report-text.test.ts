import { expect, test } from 'vitest';
import type { ReportInput } from '../../../electron/app/report/report-text.ts';
import { Redactor } from '../../../electron/redaction/redactor.ts';
import { reportTextOf } from '../../support/report-text.ts';

/** A report whose log has these lines. */
const reportOf = (redactor: Redactor, log: string[], changed: Partial<ReportInput> = {}): string =>
  reportTextOf({ log, ...changed }, redactor);

test('a report’s long line is cut only after it is redacted, so that no part of a secret stays at its end', () => {
  const redactor = new Redactor();
  redactor.typed.add('harbour-lantern-42', 'secret');
  const before = 'x '.repeat(495);
  const text = reportOf(redactor, [`${before}harbour-lantern-42 and more`, `${before}${'y '.repeat(400)}`]);
  expect(text).not.toContain('harbour-');
  expect(text).toContain(`${before}… and more`);
  expect(Math.max(...text.split('\n').map(({ length }) => length))).toBe(1_001);
});

test('a report that is saved has nothing that moves a terminal’s cursor or hides in a page, as the one that is shown', () => {
  const redactor = new Redactor();
  redactor.typed.add('harbour-lantern-42', 'secret');
  const text = reportOf(redactor, ['says \u001b]0;title\u0007\u001b[2J\u202eabc\u0000', 'sent harbour\u00ad-lantern-42']);
  expect(text).toContain('says ]0;title[2Jabc\nsent …\n');
});

test('a report does not name the other person whose tunnel is open, neither in a finding nor in the service’s log', () => {
  const failure = { code: 'tunnel-taken', params: { user: 'ana' } } as const;
  const text = reportOf(new Redactor(), [], {
    check: {
      running: false,
      cut: null,
      findings: [{ check: 'helper', result: 'attention', says: { kind: 'failure', failure }, todo: null, prevents: true }],
      at: 0,
    },
    helperLog: {
      kind: 'lines',
      lines: ['pc causeway-helper[12]: ready for ana, rui', 'pc causeway-helper[12]: rui opens a tunnel to vpn.test'],
    },
  });
  expect(text).toContain('person-1 has a tunnel open on this computer');
  expect(text).toContain('causeway-helper[12]: ready for person-1, person-2\npc causeway-helper[12]: person-2 opens a tunnel to ');
});
