import { expect, it } from 'vitest';
import type { HelperConfig } from '../../../electron/helper/config.ts';
import { Helper } from '../../../electron/helper/helper.ts';
import { helperRequestSchema, type HelperMessage } from '../../../electron/helper-client/protocol.ts';

const open = helperRequestSchema.parse({
  id: 1,
  type: 'open',
  target: {
    protocol: 'anyconnect',
    connectUrl: 'https://vpn.campus.test/',
    address: null,
    proxy: null,
  },
  cookie: 'webvpn=0123456789',
});

it('a tunnel that its owner closes before openconnect starts never opens', async () => {
  let read: (config: HelperConfig) => void = () => undefined;
  let started = false;
  const helper = new Helper({
    config: () => new Promise((resolve) => (read = resolve)),
    places: () => {
      started = true;
      throw new Error('started');
    },
    graceMs: 60_000,
    log: () => undefined,
  });
  const messages: HelperMessage[] = [];
  const mei = { user: 'mei', send: (message: HelperMessage) => void messages.push(message) };
  helper.join(mei);
  const opening = helper.handle(mei, open);
  await helper.handle(mei, { id: 2, type: 'close', signOut: true });
  read({ users: ['mei'], gateways: ['vpn.campus.test'] });
  await opening;
  expect(started).toBe(false);
  expect(messages.at(-1)).toMatchObject({ id: 1, failure: { code: 'cancelled' } });
  // And its place is free again
  await helper.handle(mei, { id: 3, type: 'status' });
  expect(messages.at(-1)).toMatchObject({ id: 3, state: { kind: 'closed' } });
});
