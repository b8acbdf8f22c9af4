import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
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
  // They may not read this folder, so they get the script's text
  const input = readFileSync(join(import.meta.dirname, '../peers/stranger.mjs'));
  const script = [process.execPath, '--input-type=module', '-', String(uid)];
  const said = execFileSync('/usr/bin/setpriv', [...as, ...script], { cwd: '/', encoding: 'utf8', input });
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
    // The kernel names every socket to everybody, also those of other tests, and lets nobody in
    const folderOf = (path: string) => statSync(dirname(path), { throwIfNoEntry: false });
    const own = sockets.filter(({ path }) => folderOf(path)?.uid === person);
    expect(own.length).toBeGreaterThan(0);
    for (const { path, connects, lists } of own) {
      expect([connects, lists]).toEqual(['EACCES', 'EACCES']);
      expect((folderOf(path)?.mode ?? 0) & 0o777).toBe(0o700);
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
