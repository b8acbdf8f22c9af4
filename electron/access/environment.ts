/**
 * What the access controller learns about its computer. The desktop implements this with Electron's power events; tests and
 * the command line fire them by hand. Each method returns a function that stops listening.
 */
export interface Environment {
  /** The computer is about to sleep: stop retrying, expect the link to break. */
  onSuspend(listener: () => void): () => void;
  /** The computer woke up: check the link now. */
  onResume(listener: () => void): () => void;
  /** An address came or went: a different Wi-Fi, a cable, a second VPN. */
  onNetworkChange(listener: () => void): () => void;
}
