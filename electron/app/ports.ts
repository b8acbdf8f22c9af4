import type { Duplex } from 'node:stream';
import type { CallInput, CallName, CallOutput } from '../../shared/bridge.ts';
import type { AppState, TrafficSample } from '../../shared/app-state.ts';
import type { Failure } from '../../shared/failure.ts';
import type { Preferences } from '../../shared/settings.ts';
import type { PortalSignIn } from '../../shared/recovery.ts';
import type { Profile } from '../../shared/profile.ts';
import type { PortalTask } from '../../shared/task.ts';
import type { CertificateVerifier } from '../trust/verifier.ts';

/**
 * The seams between the application (`electron/app`, plain Node) and what surrounds it. The desktop
 * implements {@link DesktopPorts}; the window, the tray and the tests use {@link Application}.
 */

/** The application: one state, the bridge's verbs, and nothing that shows anything. */
export interface Application {
  readonly state: AppState;
  /** Called after every change with the new whole state. */
  onState(listener: (state: AppState) => void): () => void;
  onTraffic(listener: (sample: TrafficSample) => void): () => void;
  /** The bridge's calls as functions; main's IPC handlers, the tray and the tests call these. Rejects with a CausewayError. */
  readonly verbs: { [N in CallName]: (input: CallInput<N>) => Promise<CallOutput<N>> };
  /** A byte stream to a campus host through whatever is up; fails with `tunnel-down` where nothing is. */
  dial(host: string, port: number, signal: AbortSignal): Promise<Duplex>;
  /** A `causeway://` link, a `.causeway` file path or nothing, from the command line or the system. */
  openArgument(argument: string): Promise<void>;
  /** Quick connect from the tray: as far as it goes without a question; resolves when connected or when a question is open. */
  quickConnect(): Promise<void>;
  /** Puts up a notice, once for as long as it is up. */
  tell(failure: Failure): void;
  /** The same as the verb. `pressed`: a person has just asked for it, so that a kept password may go in by itself. */
  connect(profileId: string, pressed: boolean): Promise<void>;
  /** A quit was asked for. True: go. False: the window shows the question first. */
  mayQuit(): boolean;
  /** Signs out and closes everything; bounded to 3 s. */
  shutdown(): Promise<void>;
}

/** Where the portal view goes first, and under which rules. */
export interface PortalVisit {
  profile: Profile;
  verifier: CertificateVerifier;
  /** A one-time sign-in to POST, or null: the page asks for one itself. */
  signIn: PortalSignIn | null;
  task: PortalTask | null;
  via: 'tunnel' | 'direct';
}

export interface PortalPage {
  host: string;
  path: string;
  loading: boolean;
  canGoBack: boolean;
  failure: Failure | null;
}

/** The view beside ours: own in-memory partition, everything through the loopback proxy, only the profile's portal hosts. */
export interface PortalView {
  open(visit: PortalVisit): Promise<void>;
  /** Closes the view and empties its partition. */
  close(): Promise<void>;
  back(): void;
  reload(): void;
  /** The page changed; null when the view was closed from outside. */
  onPage(listener: (page: PortalPage | null) => void): void;
}

export interface DesktopPorts {
  portal: PortalView;
  /** Shows the window and gives it the focus: a question is open that only a person can answer. */
  showWindow(): void;
  clipboard: { write(text: string): Promise<void>; read(): Promise<string> };
  openExternal(address: string): Promise<void>;
  /** Opens the page of a network that wants a sign-in, in the system's browser: http or https, nothing else. */
  openNetworkPage(address: string): Promise<void>;
  /** Lets the person choose a `.causeway` file; null when they did not. */
  chooseProfileFile(): Promise<{ name: string; text: string } | null>;
  /** Lets the person choose the file of their certificate: its path, or null when they did not. */
  chooseCertificateFile(): Promise<string | null>;
  showLogs(): Promise<void>;
  applyPreferences(preferences: Preferences): void;
  /** Ends the app after a confirmed quit. */
  quit(): void;
}
