import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ClientProcess } from '../../peers/client-process.ts';
import { HelperProcess } from '../../peers/helper-process.ts';
import { missingForPeers } from '../../peers/namespaces.ts';
import { profileOf, startOcserv, type Ocserv, type OcservOptions } from '../../peers/gateways/ocserv.ts';
import { grantFor } from '../../peers/sign-in.ts';

const missing = missingForPeers();
const nobody = 65_534;
/** `npm run test:long` has the long way. */
const long = process.env['CAUSEWAY_LONG'] !== undefined;

interface Scene {
  lab: Ocserv;
  app: ClientProcess;
}

/** What carries the tunnel in the client's namespace: openconnect, or our process that calls its library. */
function programsIn({ client }: Ocserv): string[] {
  return (client?.pids() ?? [])
    .map((pid) => `${readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').trim()} ${pid}`)
    .filter((program) => /openconnect-worker\.mjs|^\S*openconnect /.test(program))
    .sort();
}

/** Gives the client another address on the same wire, as another Wi-Fi does. */
async function move({ client }: Ocserv): Promise<void> {
  if (!client) throw new Error('no client namespace');
  const [, device = '', net = '', host = ''] = /(wan\d+)\s+inet (10\.99\.\d+\.)(\d+)\/24/.exec(await client.ip('-o', '-4', 'addr')) ?? [];
  const routes = (await client.ip('route', 'show', 'default')).split('\n').filter((route) => route.includes(device));
  await client.ip('addr', 'del', `${net}${host}/24`, 'dev', device);
  await client.ip('addr', 'add', `${net}${Number(host) + 70}/24`, 'dev', device);
  for (const route of routes) await client.ip('route', 'replace', ...route.trim().split(/\s+/));
}

/** A gateway and, in a namespace of its own, a client that is connected to it. */
async function connected(
  tunnel: 'app' | 'system',
  finished: (work: () => Promise<void>) => void,
  options: OcservOptions = {},
): Promise<Scene> {
  const lab = await startOcserv({ client: true, ...options });
  finished(() => lab.stop());
  if (!lab.client) throw new Error('no client namespace');
  const helper = tunnel === 'system' ? await HelperProcess.start(lab.client, { lab }) : null;
  finished(() => helper?.stop() ?? Promise.resolve());
  const app = await ClientProcess.start({ namespace: lab.client, uid: nobody });
  finished(() => app.kill());
  await app.connect({ ...profileOf(lab), connectTo: [], tunnel }, await grantFor(lab, 'alice', 'client'), helper?.socket('nobody'));
  await app.reach('connected');
  expect(await app.page(lab.portalHost)).toContain(lab.page);
  return { lab, app };
}

describe.skipIf(missing !== null)('between the app and its gateway', { timeout: long ? 300_000 : 150_000 }, () => {
  test.concurrent.for(['app', 'system'] as const)(
    'a cable unplugged for twenty seconds is noticed, and traffic continues through the same programs: %s tunnel',
    async (tunnel, { onTestFinished }) => {
      const { lab, app } = await connected(tunnel, onTestFinished);
      const carriers = programsIn(lab);
      expect(carriers).toHaveLength(1);
      const pulled = performance.now();
      await lab.cable('down');
      // Within fifteen seconds; on a computer that is busy with other scenes it may take a while more
      await app.reach('reconnecting', { next: true, withinMs: 25_000 });
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, 20_000 - (performance.now() - pulled))));
      const back = app.reach('connected', { next: true, withinMs: 60_000 });
      await lab.cable('up');
      await back;
      expect(await app.page(lab.portalHost)).toContain(lab.page);
      // What ran over them outlived it
      expect(programsIn(lab)).toEqual(carriers);
      await app.disconnect();
    },
  );

  test.concurrent.for(['app', 'system'] as const)(
    'a change to a network with another address keeps the same programs and session: %s tunnel',
    async (tunnel, { onTestFinished }) => {
      const { lab, app } = await connected(tunnel, onTestFinished);
      const carriers = programsIn(lab);
      const back = app.reach('reconnecting', { next: true }).then(() => app.reach('connected'));
      await move(lab);
      await app.networkChange();
      await back;
      expect(await app.page(lab.portalHost)).toContain(lab.page);
      expect(programsIn(lab)).toEqual(carriers);
      await app.disconnect();
    },
  );

  test.concurrent.for(['app', 'system'] as const)(
    'a line with loss and delay still carries pages, without a new sign-in: %s tunnel',
    async (tunnel, { onTestFinished }) => {
      const { lab, app } = await connected(tunnel, onTestFinished);
      const by = await lab.spoil({ lossPercent: 5, delayMs: 50 });
      console.log(`the line of the ${tunnel} tunnel is bad by ${by}`);
      const since = performance.now();
      const goesOn = (): boolean => performance.now() - since < (long ? 120_000 : 5_000);
      let pages = 0;
      while (pages < 6 || goesOn()) {
        // One that is lost with a link is asked for again, as a browser does; for how long, the test's own time says
        const page = await app.page(lab.portalHost, 8_000).catch(() => null);
        if (page === null) await app.reach('connected', { withinMs: 60_000 });
        else if (page.includes(lab.page)) pages += 1;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      await app.reach('connected', { withinMs: 60_000 });
      await app.disconnect();
    },
  );

  test.concurrent.for(['app', 'system'] as const)(
    'a session’s end is announced beforehand, and reported as its end: %s tunnel',
    async (tunnel, { onTestFinished }) => {
      // All of these scenes begin at once: long enough for this one to be there before its time is over
      const { app } = await connected(tunnel, onTestFinished, { sessionTimeout: 20 });
      const { expiresAt } = await app.reach('connected');
      expect(expiresAt).toBeGreaterThan(Date.now());
      expect(expiresAt).toBeLessThan(Date.now() + 20_500);
      expect(await app.reach('idle', { withinMs: 90_000 })).toMatchObject({ ending: { code: 'session-expired' } });
    },
  );

  // ocserv looks after a minute only; how it is told apart is in arguments.test.ts
  test.runIf(long)('a session that ended for lack of use is reported as idle', async ({ onTestFinished }) => {
    const { app } = await connected('app', onTestFinished, { idleTimeout: 6 });
    expect((await app.reach('connected')).idleSeconds).toBe(6);
    expect(await app.reach('idle', { withinMs: 120_000 })).toMatchObject({ ending: { code: 'session-idle' } });
  });
});
