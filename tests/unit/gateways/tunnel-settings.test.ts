import { expect, test } from 'vitest';
import { tunnelSettings } from '../../../electron/gateways/openconnect/tunnel-settings.ts';
import { gatewayProtocolSchema, readProfile } from '../../../shared/profile.ts';

const settingsOf = (keys: object) =>
  tunnelSettings(
    readProfile(
      JSON.stringify({
        version: 1,
        id: 'x',
        name: 'X',
        gateways: ['vpn.campus.example'],
        portal: { address: 'https://2fa.campus.example/', hosts: ['2fa.campus.example'], pages: 'other' },
        ...keys,
      }),
    ).profile,
  );

test('a tunnel uses UDP with every protocol but nc, unless the profile says otherwise', () => {
  const withUdp = gatewayProtocolSchema.options.filter((protocol) => settingsOf({ protocol }).udp);
  expect(withUdp).toEqual(gatewayProtocolSchema.options.filter((protocol) => protocol !== 'nc'));
  expect(settingsOf({ protocol: 'nc', udp: true }).udp).toBe(true);
  expect(settingsOf({ protocol: 'anyconnect', udp: false }).udp).toBe(false);
});

test('a tunnel is kept up unless the gateway states an idle time, and the profile may say always or never', () => {
  expect([{}, { keepAlive: true }, { keepAlive: false }, { keepAlive: 'often' }].map((keys) => settingsOf(keys).keepAlive)).toEqual([
    'without-limit',
    'always',
    'never',
    'without-limit',
  ]);
});
