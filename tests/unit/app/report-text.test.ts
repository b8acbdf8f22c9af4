import { expect, test } from 'vitest';
import { reportText } from '../../../electron/app/report/report-text.ts';
import { Redactor } from '../../../electron/redaction/redactor.ts';
import { noPolicyInForce } from '../../../electron/storage/policy/policy.ts';
import { en } from '../../../shared/messages/en.ts';
import { createLocalizer } from '../../../shared/messages/localizer.ts';

test('a report’s long line is cut only after it is redacted, so that no part of a secret stays at its end', () => {
  const redactor = new Redactor();
  redactor.typed.add('harbour-lantern-42', 'secret');
  const before = 'x '.repeat(495);
  const text = reportText(
    {
      code: '223M H6XH 2M5C',
      now: 0,
      localizer: createLocalizer(en, { locale: 'en', dates: 'en' }),
      summary: '',
      versions: [],
      profiles: [],
      policy: noPolicyInForce,
      history: [],
      check: { running: false, cut: null, findings: [], at: 0 },
      network: [],
      notices: [],
      log: [`${before}harbour-lantern-42 and more`, `${before}${'y '.repeat(400)}`],
      helperLog: { kind: 'lines', lines: [] },
    },
    redactor,
  );
  expect(text).not.toContain('harbour-');
  expect(text).toContain(`${before}… and more`);
  expect(Math.max(...text.split('\n').map(({ length }) => length))).toBe(1_001);
});
