import net from 'node:net';

/** Forwards bytes to a local port and back, and nothing else, to show what any Node program in between costs. Prints its own port. */
const target = Number(process.argv[2]);
const server = net.createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
  const far = net.connect({ port: target, noDelay: true, allowHalfOpen: true });
  for (const [one, other] of [
    [near, far],
    [far, near],
  ] as const) {
    one.pipe(other);
    one.on('error', () => other.destroy());
  }
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address !== 'string') console.log(address.port);
});
