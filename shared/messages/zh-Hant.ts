import type { Messages } from './catalogue.ts';
import { always } from './zh-Hant/always.ts';
import { check } from './zh-Hant/check.ts';
import { connection } from './zh-Hant/connection.ts';
import { desktop } from './zh-Hant/desktop.ts';
import { failures, failureWords, unknown } from './zh-Hant/failures.ts';
import { guide } from './zh-Hant/guide.ts';
import { policy } from './zh-Hant/policy.ts';
import { prompts } from './zh-Hant/prompts.ts';
import { recovery } from './zh-Hant/recovery.ts';
import { report } from './zh-Hant/report.ts';
import { screens } from './zh-Hant/screens.ts';
import { settings } from './zh-Hant/settings.ts';
import { updates } from './zh-Hant/updates.ts';

// The rest of it is for administrators' templates only
const { keys, faults, faultDetails } = policy;

/** Traditional Chinese, as it is written in Macau. */
export const zhHant: Messages = {
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
