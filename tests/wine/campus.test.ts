import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { bundleCampus } from '../support/campus/campus-child.ts';
import { WindowsNode } from './windows-node.ts';
import { missingForWine } from './wine.ts';

const missing = missingForWine();
const readySchema = z.object({ ready: z.literal(true), people: z.array(z.object({ userId: z.string() })).nonempty() });

describe.skipIf(missing !== null)('a campus on Windows', { timeout: 120_000 }, () => {
  let windows: WindowsNode;
  beforeAll(async () => {
    windows = await WindowsNode.start();
    await bundleCampus(windows.wine.path('app/campus'));
  }, 300_000);
  afterAll(() => windows.stop());

  test('a campus on Windows answers its own verbs over a named pipe', async () => {
    const campus = windows.spawn('C:\\app\\campus\\campus.mjs', '--port', '0', '--json', '--quiet');
    onTestFinished(async () => {
      campus.child.kill('SIGKILL');
      if (campus.child.exitCode === null && campus.child.signalCode === null) await once(campus.child, 'exit');
    });
    await expect.poll(campus.out, { timeout: 60_000 }).toContain('"ready":true');
    const { people } = readySchema.parse(JSON.parse(campus.out()));
    const ask = (...args: string[]) => windows.run('C:\\app\\campus\\campus.mjs', ...args);
    expect(await ask('sessions')).toEqual({ code: 0, out: 'Nobody is signed in.\n' });
    expect(await ask('end', '12345678')).toEqual({ code: 1, out: 'There is no such session.\n' });
    expect(await ask('lock', people[0]?.userId ?? '')).toEqual({ code: 0, out: 'Done.\n' });
    expect(await ask('lock', 'nobody')).toEqual({ code: 1, out: 'There is no such person.\n' });
  });
});
