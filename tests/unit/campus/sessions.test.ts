import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSessions, type Sessions } from '../../../campus/gateway/sessions.ts';
import { openStore, storeFileName, type Store } from '../../../campus/store.ts';

const minute = 60_000;
const rules = { lifetimeMs: 480 * minute, idleMs: 60 * minute, perPerson: 2, extensions: 3 };
const targets = [{ host: '2fa.campus.test', ports: [443] }];

let directory: string;
let clock: { at: number };
let store: Store;
let sessions: Sessions;
const open = async (): Promise<Sessions> => {
  store = await openStore(directory);
  return createSessions({ store, now: () => clock.at, rules, targets, report: (error) => expect.fail(String(error)) });
};
/** As a campus that stops does. */
const close = async (): Promise<void> => {
  sessions.close();
  await store.settled();
};

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-test-'));
  clock = { at: 1_800_000_000_000 };
  sessions = await open();
});
afterEach(async () => {
  await close();
  await rm(directory, { recursive: true });
});

const start = (installation = 'A', userId = 'mei.chan') => sessions.start({ userId, installation, client: 'Test 1' });
/** What a control channel hears. */
const hear = (id: string): string[] => {
  const events: string[] = [];
  sessions.listen(id, { expiring: () => events.push('expiring'), ended: (reason) => events.push(reason) });
  return events;
};
/** Keeps a session from being idle until so long has passed. */
const passActively = async (id: string, ms: number): Promise<void> => {
  for (let left = ms; left > 0; left -= 50 * minute) {
    sessions.touch(id);
    clock.at += Math.min(left, 50 * minute);
  }
  sessions.touch(id);
};

describe('a session', () => {
  test('a session expires at the end of its life, however active it is', async () => {
    const { session, ticket } = await start();
    const events = hear(session.id);
    await passActively(session.id, rules.lifetimeMs - 1);
    expect(sessions.byTicket(ticket)?.id).toBe(session.id);
    const relay = sessions.authorize(ticket);
    clock.at += 1;
    expect(sessions.byTicket(ticket)).toBeNull();
    expect(sessions.authorize(ticket)).toBeNull();
    await expect.poll(() => events).toEqual(['expired']);
    expect(relay?.ended.aborted).toBe(true);
  });

  test('a session ends if it was idle for too long, and relayed bytes are activity', async () => {
    const { session, ticket } = await start();
    const events = hear(session.id);
    clock.at += rules.idleMs - 1;
    sessions.authorize(ticket)?.touch(1);
    clock.at += rules.idleMs - 1;
    expect(sessions.byTicket(ticket)).not.toBeNull();
    clock.at += 1;
    expect(sessions.byTicket(ticket)).toBeNull();
    await expect.poll(() => events).toEqual(['idle']);
  });

  test('a session warns ten minutes before its end, once, and later listeners too', async () => {
    const { session } = await start();
    const events = hear(session.id);
    await passActively(session.id, rules.lifetimeMs - 10 * minute);
    await expect.poll(() => events).toEqual(['expiring']);
    expect(hear(session.id)).toEqual(['expiring']);
    await sessions.extend(session.id);
    expect(hear(session.id)).toEqual([]);
    await passActively(session.id, rules.lifetimeMs - 10 * minute);
    await expect.poll(() => events).toEqual(['expiring', 'expiring']);
  });

  test('a session is extended by a whole life from now, three times', async () => {
    const { session, ticket } = await start();
    for (let times = 0; times < rules.extensions; times++) {
      expect(sessions.byTicket(ticket)?.extendable).toBe(true);
      clock.at += 10 * minute;
      expect(await sessions.extend(session.id)).toBe(clock.at + rules.lifetimeMs);
      expect(sessions.byTicket(ticket)?.expiresAt).toBe(clock.at + rules.lifetimeMs);
    }
    expect(sessions.byTicket(ticket)?.extendable).toBe(false);
    expect(await sessions.extend(session.id)).toBeNull();
    expect(await sessions.extend('nobody')).toBeNull();
  });

  test('simultaneous requests extend a session no more often than that', async () => {
    const { session } = await start();
    const results = await Promise.all(Array.from({ length: 6 }, () => sessions.extend(session.id)));
    expect(results.filter((expiresAt) => expiresAt !== null)).toHaveLength(rules.extensions);
  });

  test('a session may reach the portal, and is worthless once it has ended', async () => {
    const { session, ticket } = await start();
    const relay = sessions.authorize(ticket);
    expect(relay).toMatchObject({ id: session.id, targets });
    expect(await sessions.end(session.id, 'revoked')).toBe(true);
    expect(relay?.ended.aborted).toBe(true);
    expect(sessions.authorize(ticket)).toBeNull();
    expect(await sessions.end(session.id, 'revoked')).toBe(false);
  });

  test('a session’s ticket has 256 bits, and only its hash is stored', async () => {
    const { ticket } = await start();
    expect(ticket).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(await readFile(join(directory, storeFileName), 'utf8')).not.toContain(ticket);
    expect(sessions.byTicket('A'.repeat(43))).toBeNull();
  });

  test('a session survives a restart, which counts as activity, and its extensions are remembered', async () => {
    const { session, ticket } = await start();
    const { ticket: over } = await start('B');
    await sessions.extend(session.id);
    await close();
    clock.at += rules.idleMs + minute;
    sessions = await open();
    expect(sessions.byTicket(ticket)).toMatchObject({ id: session.id, extendable: true });
    await passActively(session.id, rules.lifetimeMs - rules.idleMs - 2 * minute);
    expect(sessions.byTicket(over)).toBeNull();
    await sessions.extend(session.id);
    await sessions.extend(session.id);
    await close();
    sessions = await open();
    expect(sessions.byTicket(ticket)?.extendable).toBe(false);
    clock.at += rules.lifetimeMs;
    await close();
    sessions = await open();
    expect(sessions.list()).toEqual([]);
  });
});

describe('a person', () => {
  test('a person has two sessions at most, even if three start at the same time', async () => {
    const starts = await Promise.allSettled(['A', 'B', 'C'].map((installation) => start(installation)));
    const refused = starts.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
    expect(refused).toEqual([expect.objectContaining({ failure: { code: 'session-limit' } })]);
    expect(sessions.ofPerson('mei.chan')).toHaveLength(2);
    await start('C', 'ana.silva');
  });

  test('a person’s session replaces the one that the same installation left behind', async () => {
    const first = await start('A');
    await start('B');
    const events = hear(first.session.id);
    const next = await start('A');
    expect(events).toEqual(['replaced']);
    expect(sessions.byTicket(first.ticket)).toBeNull();
    expect(sessions.byTicket(next.ticket)).not.toBeNull();
    expect(sessions.ofPerson('mei.chan')).toHaveLength(2);
  });
});
