import { expect, onTestFinished, test, vi } from 'vitest';
import { BlockedHosts } from '../../../electron/desktop/sign-in/blocked-hosts.ts';

vi.mock('electron', () => import('../../electron-double/index.ts'));

function heldBack(): { held: BlockedHosts; log: string[]; told: number[] } {
  const log: string[] = [];
  const told: number[] = [];
  const held = new BlockedHosts((line) => log.push(line));
  held.onMore = ({ count }) => told.push(count);
  onTestFinished(() => held.close());
  return { held, log, told };
}

test('a host that a page may not load is named once, with what is unusual about its address', () => {
  const { held, log } = heldBack();
  for (const address of [
    'https://cdn.duo.test/a.js',
    'https://CDN.duo.test/b.js?key=secret',
    'wss://cdn.duo.test/live',
    'https://cdn.duo.test:8443/',
    'http://cdn.duo.test/',
    'data:text/html,x',
    'about:blank',
    'https://127.0.0.1:65111/probe',
    'no address',
  ])
    held.note(address);
  expect(held.hosts).toEqual({ named: ['cdn.duo.test', 'cdn.duo.test:8443', 'http://cdn.duo.test'], count: 3 });
  expect(log).toHaveLength(3);
  expect(log.join()).not.toMatch(/secret|127/);
});

test('a page that asks for endless hosts is reported a few times, and names and logs are bounded', async () => {
  const { held, log, told } = heldBack();
  for (let at = 0; at < 5_000; at += 1) held.note(`https://${at}.${'x'.repeat(300)}.test/`);
  await expect.poll(() => told).toEqual([1_000]);
  expect(held.hosts.count).toBe(1_000);
  expect(held.hosts.named).toHaveLength(50);
  expect(Math.max(...held.hosts.named.map(({ length }) => length))).toBeLessThanOrEqual(253);
  expect(log).toHaveLength(21);
});
