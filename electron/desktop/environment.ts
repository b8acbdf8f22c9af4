import { networkInterfaces } from 'node:os';
import { powerMonitor } from 'electron';
import type { Environment } from '../access/environment.ts';

/** How often the network is looked at. Electron tells of online and offline only, not of another network. */
const networkEveryMs = 5_000;

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
    onNetworkChange(listener) {
      let before = addressesOf(networkInterfaces());
      const timer = setInterval(() => {
        const now = addressesOf(networkInterfaces());
        if (now === before) return;
        before = now;
        listener();
      }, networkEveryMs);
      timer.unref();
      return () => clearInterval(timer);
    },
  };
}

/** The computer's addresses in one comparable line, without loopback and link-local ones, which come and go by themselves. */
export function addressesOf(interfaces: ReturnType<typeof networkInterfaces>): string {
  return Object.entries(interfaces)
    .flatMap(([name, addresses]) => (addresses ?? []).map((address) => ({ name, ...address })))
    .filter(({ internal, address }) => !internal && !/^(fe80:|169\.254\.)/i.test(address))
    .map(({ name, address }) => `${name} ${address}`)
    .sort()
    .join('\n');
}
