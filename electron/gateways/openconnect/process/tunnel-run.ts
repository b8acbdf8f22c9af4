import type { Library } from './library.ts';
import type { Pointer } from './memory.ts';
import type { FromThread } from './messages.ts';
import { isStream, keepAlive, limitPacketSize, takeBursts } from './socket.ts';
import type { Carry } from './tunnel-messages.ts';

/** How often the library tries DTLS or ESP again after a failure, in seconds: openconnect's own choice (`main.c`). */
const udpEverySeconds = 60;
/** The first pause between two tries to reconnect, in seconds. */
const reconnectEverySeconds = 1;
/** IPv6 and UDP: the longest headers around a packet to the gateway. */
const headerBytes = 48;
const failed = -1;
/**
 * The library never accepts another address. It would try again until its time is over (`check_address_sanity` in `cstp.c`),
 * or sign out (`handle_config_rejnak` in `ppp.c`).
 */
const otherAddress = /^(?:Reconnect gave different (?:Legacy IP|IPv6) (?:address|netmask)|Server rejected Legacy IP address)/;
/** The connection broke before PPP was set up. The library takes that for a refused ticket, and signs out (`ppp_mainloop`). */
const withoutPpp = 'Failed to establish PPP';
/** Minus EIO: the library's own result for an end without a better one. */
const inputOutputError = -5;

interface RunDeps {
  post: (message: FromThread) => void;
  /** The system's getaddrinfo. */
  resolve: (node: string, service: string, hints: Pointer, result: Pointer) => number;
  /** Blocks for good. The app ends the process. */
  stopForGood: () => never;
}

/**
 * Carries a session's traffic with the library until it ends. Blocks. Returns the library's handle, which the caller frees:
 * its command pipe must stay open until nobody writes to it.
 */
export function carryTunnel(library: Library, { attempt, options, tun }: Carry, { post, resolve, stopForGood }: RunDeps): Pointer {
  const { tunnel } = library;
  const host = plainHost(options.url);
  let vpn: Pointer = null;
  let isUp = false;
  vpn = library.openTunnel(options.agent.userAgent, {
    validatePeer: () => (options.pins.some((pin) => tunnel.checkPin(vpn, pin) === 0) ? 0 : failed),
    progress: (level, format, words) => {
      const line = (format ?? '').slice(0, 1000);
      post({ type: 'progress', attempt, level, format: line, ...(words === null ? {} : { words: words.slice(0, 2000) }) });
      if (otherAddress.test(line)) post({ type: 'readdressed', attempt });
      else if (line.startsWith(withoutPpp)) post({ type: 'ended', attempt, result: inputOutputError });
      else return;
      stopForGood();
    },
    onSocket: (fd) => {
      if (!isStream(fd)) {
        takeBursts(fd);
        return;
      }
      limitPacketSize(fd);
      keepAlive(fd, options.keepAliveSeconds);
      post({ type: 'connecting', attempt });
    },
    resolve: (node, service, hints, result) => {
      const known = options.address !== null && node.toLowerCase() === host;
      return resolve(known ? (options.address ?? node) : node, service, hints, result);
    },
    setUpTun: () => {
      if (tunnel.setUpTun(vpn, tun) !== 0) throw new Error('the library does not take the packet channel');
      post({ type: 'up', attempt, again: isUp, pushed: tunnel.pushed(vpn) });
      isUp = true;
    },
    reconnected: () => post({ type: 'up', attempt, again: true, pushed: tunnel.pushed(vpn) }),
    failed: (where) => {
      post({ type: 'fault', attempt, where: where.slice(0, 500) });
      stopForGood();
    },
  });
  post({ type: 'command-pipe', fd: library.setupCommandPipe(vpn) });
  post({ type: 'ended', attempt, result: prepare(library, vpn, options) || carry(library, vpn, options) });
  return vpn;
}

function carry({ tunnel }: Library, vpn: Pointer, { udp, reconnectSeconds }: Carry['options']): number {
  const result = tunnel.connect(vpn);
  if (result !== 0) return result;
  if (udp) tunnel.setUpUdp(vpn, udpEverySeconds);
  for (;;) {
    const ended = tunnel.mainLoop(vpn, reconnectSeconds, reconnectEverySeconds);
    // 0: it was told to pause, and connects again in the next round
    if (ended !== 0) return ended;
  }
}

/** Configures the library. Returns 0 or the first error. */
function prepare(library: Library, vpn: Pointer, options: Carry['options']): number {
  const { tunnel } = library;
  // Without any authority the library asks about every certificate
  library.setSystemTrust(vpn, 0);
  tunnel.setDeadPeer(vpn, options.deadPeerSeconds);
  if (options.pathMtu !== null) tunnel.setRequestedMtu(vpn, options.pathMtu - headerBytes);
  const steps = [
    () => library.setUserAgent(vpn, options.agent.userAgent),
    () => library.setReportedSystem(vpn, options.agent.system),
    () => library.setProtocol(vpn, options.protocol),
    () => library.parseUrl(vpn, options.url),
    () => (options.proxy === null ? 0 : library.setProxy(vpn, options.proxy)),
    () => tunnel.setCookie(vpn, options.cookie),
  ];
  for (const step of steps) {
    const result = step();
    if (result !== 0) return result;
  }
  // It refuses for a protocol that has no UDP
  if (!options.udp) tunnel.disableUdp(vpn);
  return 0;
}

const plainHost = (url: string): string => new URL(url).hostname.replace(/^\[|\]$/g, '').toLowerCase();
