import { networkInterfaces } from 'node:os';

/** How often the network is looked at; a look takes a tenth of a millisecond. No system tells Node of another network; Electron tells of online and offline only. */
const networkEveryMs = 1_000;

/** Calls back when an address of this computer came or went; returns how to stop that. */
export function onNetworkChange(listener: () => void): () => void {
  let before = addressesOf(networkInterfaces());
  const timer = setInterval(() => {
    const now = addressesOf(networkInterfaces());
    if (now === before) return;
    before = now;
    listener();
  }, networkEveryMs);
  timer.unref();
  return () => clearInterval(timer);
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
