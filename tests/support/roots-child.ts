import { createVerifier } from '../../electron/trust/verifier.ts';
import { systemRoots } from '../../electron/trust/roots.ts';
import { connectTls } from '../../electron/net/tls.ts';

/** Connects to a server that only the computer's own store trusts, and reports the longest time that this thread stood still. */
const [port = '', host = ''] = process.argv.slice(2);
const start = performance.now();
let [last, longestPauseMs] = [start, 0];
const beat = setInterval(() => {
  longestPauseMs = Math.max(longestPauseMs, performance.now() - last);
  last = performance.now();
}, 10);
systemRoots.begin((line) => process.stderr.write(`${line}\n`));
const verifier = createVerifier({ trust: { kind: 'system' }, accepted: () => null, now: Date.now });
const endpoint = { host, port: 443, loopbackPort: Number(port) };
const socket = await connectTls(endpoint, verifier, { signal: AbortSignal.timeout(20_000), timeoutMs: 10_000 });
const connectedAfterMs = performance.now() - start;
socket.destroy();
clearInterval(beat);
process.stdout.write(JSON.stringify({ longestPauseMs, connectedAfterMs }));
