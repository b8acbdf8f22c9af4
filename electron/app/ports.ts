import type { Duplex } from 'node:stream';
import type { CallInput, CallName, CallOutput } from '../../shared/bridge.ts';
import type { AppState, TrafficSample } from '../../shared/app-state.ts';
import type { Failure } from '../../shared/failure.ts';
import type { Preferences } from '../../shared/settings.ts';
import type { KeptCookie } from '../../shared/kept-cookie.ts';
import type { PortalSignIn } from '../../shared/recovery.ts';
import type { Profile } from '../../shared/profile.ts';
import type { PortalTask } from '../../shared/task.ts';
import type { CertificateVerifier } from '../trust/verifier.ts';

/**
 * The interfaces between the application (`electron/app`, plain Node) and everything around it. The desktop
 * implements {@link DesktopPorts}. The window, the tray and the tests use {@link Application}.
 */

/** The application without its windows: one state, and the bridge's calls. */
export interface Application {
  readonly state: AppState;
  /** Called after every change with the new whole state. */
  onState(listener: (state: AppState) => void): () => void;
  onTraffic(listener: (sample: TrafficSample) => void): () => void;
  /** The bridge's calls as functions; main's IPC handlers, the tray and the tests call these. Rejects with a CausewayError. */
  readonly verbs: { [N in CallName]: (input: CallInput<N>) => Promise<CallOutput<N>> };
  /** A byte stream to a campus host through the tunnel, or directly on campus. Fails with `tunnel-down` when neither is up. */
  dial(host: string, port: number, signal: AbortSignal): Promise<Duplex>;
  /** Opens a `causeway://` link or the path of a `.causeway` file, from the command line or the system. */
  openArgument(argument: string | null): Promise<void>;
  /** Connects from the tray, as far as possible without a question. Resolves when connected or when a question is open. */
  quickConnect(): Promise<void>;
  /** Whether a link or a command may ask to connect, under the policy. If not, it shows the window. */
  mayQuickConnect(): boolean;
  /** Shows a notice, unless one with the same code is shown already. */
  tell(failure: Failure): void;
  /** Does what the `connect` call does. `pressed`: a person has just asked for it, so a saved password may be sent without another question. */
  connect(profileId: string, pressed: boolean): Promise<void>;
  /** For the sign-in page of the current attempt. Null when nothing of it may be kept. */
  pageKeeper(): PageKeeper | null;
  /** Whether a requested quit may go ahead. False: the window asks the person first. */
  mayQuit(): boolean;
  /** Signs out and closes everything, within 3 s. */
  shutdown(): Promise<void>;
}

/** Which page the portal view opens first, and how. */
export interface PortalVisit {
  profile: Profile;
  verifier: CertificateVerifier;
  /** A one-time sign-in to POST. Null: the page asks the person to sign in. */
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

/** The web view beside our screens. It has its own in-memory partition, uses the loopback proxy for everything, and opens only the profile's portal hosts. */
export interface PortalView {
  open(visit: PortalVisit): Promise<void>;
  /** Closes the view and empties its partition. */
  close(): Promise<void>;
  back(): void;
  reload(): void;
  /** Called when the page changes, with null when something other than {@link close} closed the view. */
  onPage(listener: (page: PortalPage | null) => void): void;
}

/** A page of the campus's own sign-in. `host` has its port, unless that is 443. */
export interface SignInPage {
  host: string;
  path: string;
  loading: boolean;
  canGoBack: boolean;
  failure: Failure | null;
  /** What the page last tried to do and may not. */
  denied: 'window' | 'download' | 'full-screen' | 'device' | null;
  blocked: { named: readonly string[]; count: number };
  /** The page's form was to be filled in, and was left to the person. */
  formLeft?: boolean;
}

/**
 * The campus's own sign-in page beside our screens. A driver opens it (`gateways/sign-in-page.ts`) and its signal closes it;
 * the application only shows where it is.
 */
export interface SignInPageView {
  back(): void;
  reload(): void;
  /** Copies the blocked hosts for IT, with the host of the page that asked for them. */
  copyBlockedHosts(): Promise<void>;
  /** Called when the page changes, with null when it has closed. */
  onPage(listener: (page: SignInPage | null) => void): void;
}

/** What is kept of a sign-in on the campus's own page, for the page of one attempt. Its calls never reject. */
export interface PageKeeper {
  /** The cookies to put back before the page opens. Empty when nothing is kept, or the person does not want it. */
  read(): Promise<readonly KeptCookie[]>;
  /** Keeps these instead, if the person wants it. `tooMany`: domains that set more cookies than are kept. */
  keep(choice: { kept: readonly KeptCookie[]; tooMany: readonly string[] }): Promise<void>;
}

export interface DesktopPorts {
  portal: PortalView;
  signInPage: SignInPageView;
  /** Shows and focuses the window, because a question needs the person's answer. */
  showWindow(): void;
  clipboard: { write(text: string): Promise<void>; read(): Promise<string> };
  openExternal(address: string): Promise<void>;
  /** Opens a network's sign-in page in the system's browser. The address is http or https, nothing else. */
  openNetworkPage(address: string): Promise<void>;
  /** Lets the person choose a `.causeway` file. Null when they cancel. */
  chooseProfileFile(): Promise<{ name: string; text: string } | null>;
  /** Lets the person choose the file of their certificate, and returns its path. Null when they cancel. */
  chooseCertificateFile(): Promise<string | null>;
  showLogs(): Promise<void>;
  /**
   * Lets the person choose where to save a report: as text, or as a zip if they choose a name that ends so. `name` has no ending.
   * False when they cancel. Fails with `report-not-saved`.
   */
  saveReport(report: { name: string; text: string; zip: Uint8Array }): Promise<boolean>;
  /** @param isDecided the policy decides whether the app starts at sign-in, so what was set before is replaced */
  applyPreferences(preferences: Preferences, isDecided?: boolean): void;
  /** Ends the app after a confirmed quit. */
  quit(): void;
}
