import type { Device } from '../services.ts';
import type { Detour, Guest } from './site.ts';
import type { Gate } from './state.ts';

/** One place where a second factor is asked for. */
export interface GateRules {
  gate: Gate;
  title: string;
  lead: string;
  /** Another page that comes first. */
  detour: Detour;
  /** Which of the devices is preselected. */
  preselect: (guest: Guest, devices: Device[]) => Device | undefined;
  /** After a factor was accepted. */
  accepted: (guest: Guest) => void;
  /** Where to go then. */
  next: string;
}
