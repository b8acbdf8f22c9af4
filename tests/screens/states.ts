import { accessScreens } from './access.ts';
import type { Screens } from './base.ts';
import { portalScreens } from './portal.ts';
import { questionScreens } from './questions.ts';
import { settingsScreens } from './settings.ts';
import { signInPageScreens } from './sign-in-page.ts';
import { startScreens } from './start.ts';
import { supportScreens } from './support.ts';

/** One state of the window for each screen worth looking at. */

export { asking, campus, college, connected, heldPasscode, now, state } from './base.ts';
export { prompts } from './prompts.ts';

/** Every screen by name. */
export const screens: Screens = {
  ...startScreens,
  ...accessScreens,
  ...questionScreens,
  ...signInPageScreens,
  ...portalScreens,
  ...settingsScreens,
  ...supportScreens,
};
