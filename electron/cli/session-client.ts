import type { AlwaysConnectState } from '../../shared/always-connect.ts';
import type { AccessState } from '../../shared/access-state.ts';
import type { AppNotice, ProfileSummary } from '../../shared/app-state.ts';
import type { Failure } from '../../shared/failure.ts';
import type { Profile } from '../../shared/profile.ts';
import type { Answer, Prompt } from '../../shared/prompt.ts';
import type { UpdateState } from '../../shared/updates.ts';
import type { ControlHolder } from '../app/control/control-protocol.ts';

/** How another program reaches campus through us. The secret is new for each run. */
export interface ProxyEndpoint {
  port: number;
  user: string;
  secret: string;
}

/** A client of the process that holds the access session: this one, or the app through its private socket. Commands work the same with both. */
export interface SessionClient {
  readonly holder: ControlHolder | 'here';
  readonly access: AccessState;
  readonly profiles: readonly ProfileSummary[];
  /** What the app's always-connect did when this client found the app. */
  readonly alwaysConnect?: AlwaysConnectState;
  /** What the app did about updates then. */
  readonly updates?: UpdateState;
  /** Notices to report. They do not end the session. */
  readonly notices: readonly AppNotice[];
  onAccess(listener: (access: AccessState) => void): () => void;
  onNotice(listener: (failure: Failure) => void): () => void;
  /** Settles when the session is lost: the app was quit. */
  readonly lost: Promise<void>;
  /**
   * @param typed whether a person at this terminal typed it: only then is a saved password sent automatically
   * @param quick whether the command did not name the campus
   */
  connect(profile: Profile, typed: boolean, quick: boolean): Promise<void>;
  /** @param typed whether a person at this terminal typed it */
  answer(prompt: { id: string; prompt: Prompt }, answer: Answer, typed: boolean): Promise<void>;
  /** Whether the app holds a recovery passcode, because the person lost their phone. */
  readonly heldPasscode: boolean;
  /** Answers with that passcode. The person at this terminal has just chosen it. */
  answerHeld(promptId: string): Promise<void>;
  disconnect(): Promise<void>;
  /** Opens the portal in a window and returns null. Without a window it returns the address. */
  openPortal(): Promise<string | null>;
  openProxy(port: number): Promise<ProxyEndpoint>;
  /** Closes this client, within a bounded time. A session of the app continues. */
  close(): Promise<void>;
}
