import type { Bridge } from '../shared/bridge.ts';

declare global {
  interface Window {
    /** The preload script sets this. */
    readonly causeway: Bridge;
  }
}
