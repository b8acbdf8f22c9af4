import type { Tools } from '../app/check/doctor.ts';
import type { PolicyView } from '../app/policy/policy-control.ts';
import type { ShippedCampus } from '../storage/campuses.ts';
import type { Settings } from '../storage/settings.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Core } from './local-session.ts';
import type { Output } from './report.ts';
import type { Terminal } from './terminal.ts';
import type { TerminalLocalizer } from './terminal-localizer.ts';

/** The surroundings of a run: the process, or a test. */
export interface Host extends Output {
  version: string;
  /** The app's own folder. */
  folder: string;
  localizer: TerminalLocalizer;
  /** Null when there is nobody to ask. */
  terminal: Terminal | null;
  /** Which sentence says that there is no terminal to ask in. */
  noTerminal: 'noTerminal' | 'unixTerminal';
  onInterrupt(listener: () => void): () => void;
  /** Ends the process now. */
  exitNow(code: ExitCode): void;
  /** The campuses that ship with Causeway. */
  campuses: () => Promise<readonly ShippedCampus[]>;
  /** The computer's policy. */
  policy: PolicyView;
  /** What `doctor` checks. */
  tools: Tools;
  /** Drivers, tunnels, clock and keychain, with these settings. */
  core(settings: Settings): Core;
}
