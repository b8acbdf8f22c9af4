import { createServer } from 'node:https';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createVerifier } from '../../electron/trust/verifier.ts';
import type { SignInPageRequest } from '../../electron/gateways/sign-in-page.ts';
import { issue } from './issuer.ts';

/** A web server on loopback under names of its own, and what a request for one of its pages needs to reach it. */
export interface PageServer {
  readonly reachedBy: Pick<SignInPageRequest, 'verifier' | 'connectTo'>;
  stop(): void;
}

/** Starts it. Its pages have no icon, and it takes more cookies than most servers. The request goes to its first host. */
export async function startPageServer(hosts: readonly [string, ...string[]], answer: RequestListener): Promise<PageServer> {
  const root = await issue(null, { name: 'CN=Campus Root', authority: {} });
  const own = await issue(root, { dns: [...hosts] });
  const server = createServer({ key: own.keyPem, cert: own.pem, maxHeaderSize: 64 * 1024 }, (request, response) => {
    if (request.url?.startsWith('/favicon.ico')) response.writeHead(204).end();
    else answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    reachedBy: {
      verifier: createVerifier({ trust: { kind: 'authority', pem: root.pem }, now: Date.now }),
      connectTo: [{ host: hosts[0], port: 443, loopbackPort: port }],
    },
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
