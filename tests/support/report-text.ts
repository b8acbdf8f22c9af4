import { reportText, type ReportInput } from '../../electron/app/report/report-text.ts';
import { Redactor } from '../../electron/redaction/redactor.ts';
import { noPolicyInForce } from '../../electron/storage/policy/policy.ts';
import { english } from './english.ts';

/** The text of a report that says nothing but this. */
export const reportTextOf = (input: Partial<ReportInput>, redactor = new Redactor()): string =>
  reportText(
    {
      code: '223M H6XH 2M5C',
      now: 0,
      localizer: english,
      summary: '',
      versions: [],
      profiles: [],
      policy: noPolicyInForce,
      history: [],
      check: { running: false, cut: null, findings: [], at: 0 },
      network: [],
      notices: [],
      log: [],
      helperLog: { kind: 'lines', lines: [] },
      ...input,
    },
    redactor,
  );
