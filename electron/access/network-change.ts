import { networkInterfaces } from 'node:os';

/** How often the addresses are read, which takes a tenth of a millisecond. Node has no event for a new network, and Electron only has online and offline. */
const readEveryMs = 1_000;

/** Calls back when an address of this computer came or went. Returns a function that stops that. */
export function onNetworkChange(listener: () => void): () => void {
  let before = addressesOf(networkInterfaces());
  const timer = setInterval(() => {
    const now = addressesOf(networkInterfaces());
    if (now === before) return;
    before = now;
    listener();
  }, readEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** The computer's addresses as one line to compare, without loopback and link-local ones, which come and go by themselves. */
export function addressesOf(interfaces: ReturnType<typeof networkInterfaces>): string {
  return Object.entries(interfaces)
    .flatMap(([name, addresses]) => (addresses ?? []).map((address) => ({ name, ...address })))
    .filter(({ internal, address }) => !internal && !/^(fe80:|169\.254\.)/i.test(address))
    .map(({ name, address }) => `${name} ${address}`)
    .sort()
    .join('\n');
}
