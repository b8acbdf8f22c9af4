import { always } from './en/always.ts';
import { check } from './en/check.ts';
import { connection } from './en/connection.ts';
import { desktop } from './en/desktop.ts';
import { failures, failureWords, unknown } from './en/failures.ts';
import { guide } from './en/guide.ts';
import { policy } from './en/policy.ts';
import { prompts } from './en/prompts.ts';
import { recovery } from './en/recovery.ts';
import { report } from './en/report.ts';
import { screens } from './en/screens.ts';
import { settings } from './en/settings.ts';
import { updates } from './en/updates.ts';

// The rest of it is for administrators' templates only
const { keys, faults, faultDetails } = policy;

/**
 * English, and the shape of every other catalogue. `{name}` is filled in by `say`. The names of buttons are
 * those of the campus's own guide: a person who reads along finds them word for word.
 */
export const en = {
  ...screens,
  ...prompts,
  ...desktop,
  always,
  connection,
  recovery,
  guide,
  settings,
  updates,
  check,
  report,
  policy: { keys, faults, faultDetails },
  failures,
  failureWords,
  unknown,
};
