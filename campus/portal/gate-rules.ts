import type { Words } from '../pages/words/words.ts';
import type { Device } from '../services.ts';
import type { Detour, Guest } from './site.ts';
import type { Gate } from './state.ts';

/** A place in the portal that asks for a second factor. */
export interface GateRules {
  gate: Gate;
  /** What it says. */
  words: keyof Words['portal']['gates'];
  /** A page that has to come first. */
  detour: Detour;
  /** The preselected device. */
  preselect: (guest: Guest, devices: Device[]) => Device | undefined;
  /** Called after a factor was accepted. */
  accepted: (guest: Guest) => void;
  /** Where to go then. */
  next: string;
}
