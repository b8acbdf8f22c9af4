import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { buildHelper } from '../../../build/helper.ts';
import { ClientProcess } from '../../peers/client-process.ts';
import { HelperProcess } from '../../peers/helper-process.ts';
import { missingForPeers } from '../../peers/namespaces.ts';
import { profileOf, startOcserv, type Ocserv } from '../../peers/gateways/ocserv.ts';
import { grantFor } from '../../peers/sign-in.ts';

const missing = missingForPeers();

describe.skipIf(missing !== null)('the helper as one executable', () => {
  let lab: Ocserv;
  let folder: string;
  let executable: string;
  beforeAll(async () => {
    lab = await startOcserv({ client: true });
    folder = mkdtempSync('/run/cw-x-');
    // Takes as long as this machine takes to write a hundred megabytes
    executable = await buildHelper(join(folder, 'native'));
  }, 120_000);
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await lab.stop();
  });

  test('one executable is helper and script, and its tunnel carries a page', async () => {
    if (!lab.client) throw new Error('no client namespace');
    const helper = await HelperProcess.start(lab.client, { executable, lab });
    onTestFinished(() => helper.stop());
    const app = await ClientProcess.start({ namespace: lab.client, uid: 65_534 });
    onTestFinished(() => app.kill());
    await app.connect(
      { ...profileOf(lab), connectTo: [], tunnel: 'system' },
      await grantFor(lab, 'alice', 'client'),
      helper.socket('nobody'),
    );
    await app.reach('connected');
    expect(await app.page(lab.portalHost)).toContain(lab.page);
    await app.disconnect();
  });
});
