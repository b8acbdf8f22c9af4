import { powerMonitor } from 'electron';
import type { Environment } from '../../access/environment.ts';
import { onNetworkChange } from '../../access/network-change.ts';

/** The computer's sleep and network, for the access controller. */
export function createEnvironment(): Environment {
  const listenTo = (add: () => void, remove: () => void): (() => void) => {
    add();
    return remove;
  };
  return {
    onSuspend: (listener) =>
      listenTo(
        () => powerMonitor.on('suspend', listener),
        () => powerMonitor.off('suspend', listener),
      ),
    onResume: (listener) =>
      listenTo(
        () => powerMonitor.on('resume', listener),
        () => powerMonitor.off('resume', listener),
      ),
    onNetworkChange,
  };
}
