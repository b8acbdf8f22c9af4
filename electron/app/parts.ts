import type { AppState, Confirmation } from '../../shared/app-state.ts';
import type { Profile } from '../../shared/profile.ts';
import type { AccessController } from '../access/controller.ts';
import type { Settings } from '../storage/settings.ts';
import type { PendingSecrets } from './sign-in/pending-secrets.ts';
import type { Notices } from './notices.ts';
import type { PasscodeClipboard } from './portal/passcode-clipboard.ts';
import type { PortalVisits } from './portal/portal-visits.ts';
import type { Application, DesktopPorts } from './ports.ts';
import type { ProfileStore } from './profiles/profile-store.ts';
import type { ProxyQuestion } from './proxy-question.ts';
import type { RecoveryFlow } from './recovery/recovery-flow.ts';
import type { SavedSignIn } from './sign-in/saved-sign-in.ts';
import type { TaskFlow } from './portal/task-flow.ts';

/** The bridge's calls; each feature of the application brings its own. */
export type Verbs = Application['verbs'];

/** What the features work with; built once, by `createApplication`. */
export interface Parts {
  readonly controller: AccessController;
  readonly profileStore: ProfileStore;
  readonly savedSignIn: SavedSignIn;
  readonly pendingSecrets: PendingSecrets;
  readonly recovery: RecoveryFlow;
  readonly portal: PortalVisits;
  readonly taskFlow: TaskFlow;
  readonly proxyQuestion: ProxyQuestion;
  readonly notices: Notices;
  readonly clipboard: PasscodeClipboard;
  readonly settings: Settings;
  readonly desktop: DesktopPorts;
  readonly now: () => number;
  /** Aborts with the app. */
  readonly stop: AbortSignal;
  readonly state: AppState;
  /** The profile that Connect means. Fails with `profile-none`. */
  readonly profile: Profile;
  /** The question over the window, and whether Settings are open. */
  confirmation: Confirmation | null;
  settingsOpen: boolean;
  /** Makes a change that no part tells of by itself, and tells everybody of the new state. */
  update(change: () => void): void;
  /** Connects anew, and what an earlier attempt left on the screen goes. `pressed`: a person has pressed Connect, or a task, for this. */
  connect(profileId: string, pressed?: boolean): Promise<void>;
  quit(): void;
}
