import type { AppState } from '../../shared/app-state.ts';
import type { Failure } from '../../shared/failure.ts';
import type { Localizer } from '../../shared/messages/localizer.ts';
import type { ControllerDeps } from '../access/controller.ts';
import type { Redactor } from '../redaction/redactor.ts';
import type { ShippedCampus } from '../storage/campuses.ts';
import type { Encryption } from '../storage/page-sign-ins.ts';
import type { Secrets } from '../storage/secrets.ts';
import type { Settings } from '../storage/settings.ts';
import type { LoopbackProxy } from '../tunnels/loopback-proxy.ts';
import type { Tools } from './check/doctor.ts';
import type { PolicyView } from './policy/policy-control.ts';
import type { DesktopPorts } from './ports.ts';
import type { UpdatesView } from './updates/updates-view.ts';

/** What the application is built from. */
export interface ApplicationDeps extends Pick<
  ControllerDeps,
  'drivers' | 'tunnels' | 'direct' | 'environment' | 'now' | 'random' | 'log' | 'proxies' | 'findOldTls'
> {
  settings: Settings;
  secrets: Secrets;
  desktop: DesktopPorts;
  proxy: LoopbackProxy;
  about: AppState['about'];
  /** The computer's policy. Default: none. */
  policy?: PolicyView;
  /** Updates of the app itself. Default: none. */
  updates?: UpdatesView;
  /** Encrypts what is kept of sign-ins on campuses' own pages. Without one, nothing of them is kept. */
  encryption?: Encryption;
  /** Problems that were found before there was a window to show them in. */
  notices?: readonly Failure[];
  /** The campuses that ship in the app. Without it, there are none. */
  campuses?: () => Promise<readonly ShippedCampus[]>;
  /** What Check my connection looks at. */
  checkTools: Tools;
  /** The language of reports. */
  localizer: () => Localizer;
  /** The versions of what runs here, for reports. */
  versions: () => readonly (readonly [string, string])[];
  /** Redacts reports, as it does the log. Default: a new one. */
  redactor?: Redactor;
  /** The name of another VPN that is up, or null. Called only while no tunnel of ours is up. */
  otherVpn?: () => Promise<string | null>;
}
