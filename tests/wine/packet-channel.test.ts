import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { WindowsNode } from './windows-node.ts';
import { missingForWine } from './wine.ts';

describe.skipIf(missingForWine() !== null)('the packet channel on Windows', { timeout: 120_000 }, () => {
  let windows: WindowsNode;
  let found: Map<string, unknown>;
  beforeAll(async () => {
    windows = await WindowsNode.start();
    const { code, out } = await windows.run(await windows.bundle('packet-channel-child.ts'));
    expect(code, out).toBe(0);
    found = new Map(
      out
        .trim()
        .split('\n')
        .map((line) => z.tuple([z.string(), z.unknown()]).parse(JSON.parse(line))),
    );
  }, 300_000);
  afterAll(() => windows.stop());

  test('20,000 packets of the library arrive whole and in order', () => {
    expect(found.get('to-us')).toBe(true);
  });

  test('20,000 packets reach the library whole and in order, held back while it does not read', () => {
    const { whole, before, refusals } = z
      .object({ whole: z.boolean(), before: z.object({ refusals: z.number(), sent: z.number() }), refusals: z.number() })
      .parse(found.get('to-library'));
    expect(whole).toBe(true);
    expect(before.refusals).toBe(1);
    // The pipe's buffer and the slots, and no more
    expect(before.sent).toBeLessThan(2_000);
    expect(refusals).toBeGreaterThan(1);
  });

  test('a write of the library that waits returns when the channel is closed', () => {
    const { bytes, ms } = z.object({ bytes: z.number(), ms: z.number() }).parse(found.get('blocked-write'));
    expect(bytes).toBeGreaterThan(500_000);
    expect(ms).toBeLessThan(1_000);
  });

  test('packets for a library that has closed its end are dropped without an error', () => {
    expect(found.get('library-gone')).toBe(true);
  });

  test('only its user has access to the pipe, and nobody can connect to it', () => {
    const { user, descriptor, ...path } = z
      .object({ user: z.string(), descriptor: z.unknown(), isThere: z.boolean(), opens: z.boolean() })
      .parse(found.get('rights'));
    expect(descriptor).toEqual({ owner: user, entries: [{ kind: 'allow', inheritOnly: false, mask: 0x10000000, sid: user }] });
    expect(path).toEqual({ isThere: true, opens: false });
  });
});
