import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ClientProcess } from '../peers/client-process.ts';
import { profileOf, startOcserv } from '../peers/gateways/ocserv.ts';
import { missingForPeers } from '../peers/namespaces.ts';
import { grantFor } from '../peers/sign-in.ts';

/** The person who has a tunnel. A number of its own, so that nothing else on this computer counts as theirs. */
const person = 54_321;
const stranger = 54_322;
const found = z.object({
  ports: z.array(z.string()),
  sockets: z.array(z.object({ path: z.string(), connects: z.string(), lists: z.string() })),
  processes: z.array(z.object({ pid: z.number(), command: z.string(), reads: z.record(z.string(), z.string()), signals: z.string() })),
});

/** What another user finds of this one. */
const lookAt = (uid: number): z.infer<typeof found> => {
  const as = [`--reuid=${stranger}`, `--regid=${stranger}`, '--clear-groups'];
  const script = join(import.meta.dirname, '../peers/stranger.mjs');
  const said = execFileSync('/usr/bin/setpriv', [...as, process.execPath, script, String(uid)], { cwd: '/', encoding: 'utf8' });
  return found.parse(JSON.parse(said));
};

describe.skipIf(missingForPeers() !== null)('an app tunnel on a shared computer', { timeout: 60_000 }, () => {
  test('another user looks for a port, a socket or a secret of an app tunnel, and finds none to use', async () => {
    const lab = await startOcserv();
    onTestFinished(() => lab.stop());
    const client = await ClientProcess.start({ uid: person });
    onTestFinished(() => client.kill());
    const grant = await grantFor(lab, 'alice');
    await client.connect(profileOf(lab), grant);
    await client.reach('connected');
    expect(await client.page(lab.portalHost)).toContain(lab.page);
    const { ports, sockets, processes } = lookAt(person);
    expect(ports).toEqual([]);
    // The kernel names the socket to everybody, and lets nobody in
    expect(sockets.length).toBeGreaterThan(0);
    for (const { path, connects, lists } of sockets) {
      expect([connects, lists]).toEqual(['EACCES', 'EACCES']);
      const { mode, uid } = statSync(dirname(path));
      expect([mode & 0o777, uid]).toEqual([0o700, person]);
    }
    // The app, and the process that carries the tunnel
    expect(processes.length).toBeGreaterThanOrEqual(2);
    for (const { command, reads, signals } of processes) {
      for (const [file, outcome] of Object.entries(reads)) expect(`${file} ${outcome}`).toBe(`${file} EACCES`);
      expect(signals).toBe('EPERM');
      for (const secret of [grant.cookie, lab.user().password]) expect(command).not.toContain(secret);
    }
    // It goes on
    expect(await client.page(lab.portalHost)).toContain(lab.page);
    await client.disconnect();
  });
});
