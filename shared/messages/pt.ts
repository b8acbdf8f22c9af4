import type { Messages } from './catalogue.ts';
import { always } from './pt/always.ts';
import { check } from './pt/check.ts';
import { connection } from './pt/connection.ts';
import { desktop } from './pt/desktop.ts';
import { failures, failureWords, unknown } from './pt/failures.ts';
import { guide } from './pt/guide.ts';
import { policy } from './pt/policy.ts';
import { prompts } from './pt/prompts.ts';
import { recovery } from './pt/recovery.ts';
import { report } from './pt/report.ts';
import { screens } from './pt/screens.ts';
import { settings } from './pt/settings.ts';
import { updates } from './pt/updates.ts';

// The rest of it is for administrators' templates only
const { keys, faults, faultDetails } = policy;

/** European Portuguese. */
export const pt: Messages = {
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
