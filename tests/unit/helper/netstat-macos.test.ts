import { expect, test } from 'vitest';
import { trafficInNetstat } from '../../../electron/helper/platform/netstat-macos.ts';

const printed = `Name       Mtu   Network       Address            Ipkts Ierrs     Ibytes    Opkts Oerrs     Obytes  Coll
utun3      1380  <Link#16>                          150     2    5123456      160     0     234567     0
utun3      1380  fe80::9:8:7 fe80:10::9:8:7         150     -    5123456      160     -     234567     -
en0        1500  <Link#4>    a4:83:e7:00:00:01  9000     0 1000000000     8000     0  900000000     0
`;

test('a tunnel’s bytes are those of its link, whether or not the device has a hardware address', () => {
  expect(trafficInNetstat(printed, 'utun3')).toEqual({ received: 5_123_456, sent: 234_567 });
  expect(trafficInNetstat(printed, 'en0')).toEqual({ received: 1_000_000_000, sent: 900_000_000 });
});

test.each([
  ['another device', printed, 'utun33'],
  ['nothing', '', 'utun3'],
  ['a line that is cut short', 'utun3 1380 <Link#16> 150 0', 'utun3'],
  ['words in place of numbers', 'utun3 1380 <Link#16> a b c d e f g', 'utun3'],
])('a count that netstat does not print is unknown: %s', (_, output, device) => {
  expect(trafficInNetstat(output, device)).toBeNull();
});
