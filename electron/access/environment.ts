/**
 * What the access controller hears of the computer it runs on. Handed in: the desktop has Electron's power
 * events, a test or a command line fires them by hand. Each method returns how to stop listening.
 */
export interface Environment {
  /** The computer is about to sleep: stop retrying, expect the link to break. */
  onSuspend(listener: () => void): () => void;
  /** The computer woke up: check the link now. */
  onResume(listener: () => void): () => void;
  /** An address came or went: another Wi-Fi, a cable, a second VPN. */
  onNetworkChange(listener: () => void): () => void;
}
