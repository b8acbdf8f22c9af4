import type { AppState, Confirmation } from '../../shared/app-state.ts';
import type { Profile } from '../../shared/profile.ts';
import type { Preferences } from '../../shared/settings.ts';
import type { AccessController } from '../access/controller.ts';
import type { Redactor } from '../redaction/redactor.ts';
import type { AlwaysConnect } from './always-connect/always-connect.ts';
import type { ShippedCampus } from '../storage/campuses.ts';
import type { Settings } from '../storage/settings.ts';
import type { ConnectionWatch } from './connection/connection-watch.ts';
import type { PendingSecrets } from './sign-in/pending-secrets.ts';
import type { Notices } from './notices.ts';
import type { PasscodeClipboard } from './portal/passcode-clipboard.ts';
import type { PolicyControl } from './policy/policy-control.ts';
import type { PortalVisits } from './portal/portal-visits.ts';
import type { Application, DesktopPorts } from './ports.ts';
import type { ProfileStore } from './profiles/profile-store.ts';
import type { ProxyQuestion } from './proxy-question.ts';
import type { RecoveryFlow } from './recovery/recovery-flow.ts';
import type { SavedSignIn } from './sign-in/saved-sign-in.ts';
import type { SignInPages } from './sign-in/sign-in-pages.ts';
import type { UpdatesView } from './updates/updates-view.ts';
import type { AccessHistory } from './report/access-history.ts';
import type { Support } from './report/support.ts';
import type { TaskFlow } from './portal/task-flow.ts';

/** The bridge's calls. Each feature of the application implements its own. */
export type Verbs = Application['verbs'];

/** The parts that the features use. `createApplication` builds them once. */
export interface Parts {
  readonly controller: AccessController;
  readonly connection: ConnectionWatch;
  readonly alwaysConnect: AlwaysConnect;
  readonly profileStore: ProfileStore;
  readonly savedSignIn: SavedSignIn;
  readonly pendingSecrets: PendingSecrets;
  readonly recovery: RecoveryFlow;
  readonly portal: PortalVisits;
  readonly signInPages: SignInPages;
  readonly taskFlow: TaskFlow;
  readonly proxyQuestion: ProxyQuestion;
  readonly notices: Notices;
  readonly clipboard: PasscodeClipboard;
  readonly settings: Settings;
  readonly policy: PolicyControl;
  readonly updates: UpdatesView;
  /** What counts of the person's settings, under the policy. */
  readonly preferences: Preferences;
  readonly redactor: Redactor;
  readonly history: AccessHistory;
  readonly support: Support;
  readonly desktop: DesktopPorts;
  /** The campuses that ship in the app. */
  readonly campuses: () => Promise<readonly ShippedCampus[]>;
  readonly now: () => number;
  /** Aborts when the app ends. */
  readonly stop: AbortSignal;
  readonly state: AppState;
  /** The profile that Connect means. Fails with `profile-none`. */
  readonly profile: Profile;
  /** Something over the screens of a sign-in waits for the person. */
  readonly isBusy: boolean;
  /** The question over the window, and whether Settings are open. */
  confirmation: Confirmation | null;
  settingsOpen: boolean;
  /** Makes a change that no part announces by itself, then announces the new state. */
  update(change: () => void): void;
  /** Starts a new attempt and clears what an earlier one left on the screen. `pressed`: a person pressed Connect, or a task, for this. */
  connect(profileId: string, pressed?: boolean): Promise<void>;
  /** Starts an attempt that nobody asked for: nothing that is saved is sent in it, until the person answers a question. */
  connectByItself(profileId: string): Promise<void>;
  /** Carries out the settings that count. */
  applyPreferences(): void;
  quit(): void;
  /** Ends the app, which then starts again as the version that is ready. Fails with `not-now` if none is. */
  restartToUpdate(): void;
}
