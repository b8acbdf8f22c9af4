import type { Parts, Verbs } from './parts.ts';
import { portalVerbs } from './portal/verbs.ts';
import { profileVerbs } from './profiles/verbs.ts';
import { recoveryVerbs } from './recovery/verbs.ts';
import { supportVerbs } from './report/verbs.ts';
import { sessionVerbs } from './session-verbs.ts';
import { signInVerbs } from './sign-in/verbs.ts';
import { updateVerbs } from './updates/verbs.ts';
import { windowVerbs } from './window-verbs.ts';

/** Every call of the bridge. */
export const verbsOf = (parts: Parts): Verbs => ({
  ...sessionVerbs(parts),
  ...signInVerbs(parts),
  ...portalVerbs(parts),
  ...recoveryVerbs(parts),
  ...profileVerbs(parts),
  ...windowVerbs(parts),
  ...updateVerbs(parts),
  ...supportVerbs(parts),
});
