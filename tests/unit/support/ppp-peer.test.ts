import { describe, expect, it } from 'vitest';
import { decodeFrame, type PppFrame } from '../../peers/ppp/frame.ts';
import { PppPeer, type PppPlan } from '../../peers/ppp/peer.ts';

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(/\s/g, ''), 'hex');
const plan: PppPlan = {
  mru: 1_400,
  hdlc: false,
  compression: true,
  ipv4: { client: bytes('0a508001'), gateway: bytes('0a500001'), nameServers: [] },
  ipv6: null,
};

/** A peer with what it sent as `protocol code id data`, in hexadecimal. A test plays the client. */
function start(changes: Partial<PppPlan> = {}) {
  const sent: string[] = [];
  const packets: string[] = [];
  const told: string[] = [];
  const peer = new PppPeer(
    { ...plan, ...changes },
    {
      send: (frame) => void sent.push(spelled(decodeFrame(frame, { protocol: true, address: true }))),
      onAsked: () => undefined,
      onReady: (mru) => void told.push(`ready ${mru}`),
      onPacket: (packet) => void packets.push(packet.toString('hex')),
      onTerminated: () => void told.push('terminated'),
    },
  );
  const hear = (hex: string): void => peer.receive(bytes(hex), false);
  peer.start();
  return { peer, sent, packets, told, hear, last: () => sent.at(-1) ?? '' };
}

function spelled({ protocol, information }: PppFrame): string {
  if (protocol < 0x100) return `${protocol.toString(16)} ${information.toString('hex')}`;
  const [code = 0, id = 0] = information;
  return `${protocol.toString(16)} ${code} ${id} ${information.subarray(4).toString('hex')}`.trimEnd();
}

/** The client's acknowledgement of what the peer asked last in that protocol. */
function acknowledged(sent: readonly string[], protocol: string): string {
  const [, , id = '', data = ''] = sent.findLast((each) => each.startsWith(`${protocol} 1 `))?.split(' ') ?? [];
  const length = (4 + data.length / 2).toString(16).padStart(4, '0');
  return `ff03${protocol}02${Number(id).toString(16).padStart(2, '0')}${length}${data}`;
}

/** openconnect 9.21's first request to F5, and its answer to our MRU, which is smaller than its own. */
const lcpRequest = 'ff 03 c0 21 01 01 00 12 01 04 ff c1 05 06 7a d5 86 9a 07 02 08 02';
const largerMru = 'ff 03 c0 21 03 01 00 08 01 04 ff c1';

function open(changes: Partial<PppPlan> = {}) {
  const run = start(changes);
  run.hear(lcpRequest);
  run.hear(acknowledged(run.sent, 'c021'));
  return run;
}
function ready(changes: Partial<PppPlan> = {}) {
  const run = open(changes);
  run.hear('80 21 01 01 00 0a 03 06 0a 50 80 01');
  run.hear(acknowledged(run.sent, '8021'));
  return run;
}

describe('the gateway’s end of PPP', () => {
  it('PPP opens with openconnect’s own packets: LCP with the gateway’s MRU, IPCP, then packets both ways', () => {
    const { peer, sent, packets, told, hear, last } = start();
    expect(sent).toEqual([expect.stringMatching(/^c021 1 1 010405780506[0-9a-f]{8}07020802$/)]);
    hear(lcpRequest);
    expect(last()).toBe('c021 2 1 0104ffc105067ad5869a07020802');
    hear(largerMru);
    expect(last()).toMatch(/^c021 1 2 01040578/);
    hear(acknowledged(sent, 'c021'));
    expect(last()).toBe('8021 1 1 03060a500001');
    hear('80 21 01 01 00 0a 03 06 0a 50 80 01');
    expect(last()).toBe('8021 2 1 03060a508001');
    expect(told).toEqual([]);
    hear('80 21 02 01 00 0a 03 06 0a 50 00 01');
    expect(told).toEqual([`ready 65473`]);
    hear('21 45 00 00 14');
    expect(packets).toEqual(['45000014']);
    peer.sendPacket(bytes('45 00 00 15'));
    expect(last()).toBe('21 45000015');
  });

  it('PPP gives an address and name servers by refusing zeros, after it refused those for NetBIOS', () => {
    const { hear, last } = open({ ipv4: { client: bytes('0a508001'), gateway: bytes('0a500001'), nameServers: [bytes('0a500035')] } });
    hear('80 21 01 01 00 22 03 06 00 00 00 00 81 06 00 00 00 00 82 06 00 00 00 00 83 06 00 00 00 00 84 06 00 00 00 00');
    expect(last()).toBe('8021 4 1 820600000000830600000000840600000000');
    hear('80 21 01 02 00 10 03 06 00 00 00 00 81 06 00 00 00 00');
    expect(last()).toBe('8021 3 2 03060a50800181060a500035');
    hear('80 21 01 03 00 10 03 06 0a 50 80 01 81 06 0a 50 00 35');
    expect(last()).toBe('8021 2 3 03060a50800181060a500035');
  });

  it('PPP sets IPv6 up beside IPv4, and goes on without it when the client refuses it', () => {
    const ipv6 = { client: bytes('0000000000000002'), gateway: bytes('0000000000000001') };
    const { hear, sent, last, told } = ready({ ipv6 });
    expect(told).toEqual([]);
    hear('80 57 01 01 00 0e 01 0a 00 00 00 00 00 00 00 00');
    expect(last()).toBe('8057 3 1 010a0000000000000002');
    hear('80 57 01 02 00 0e 01 0a 00 00 00 00 00 00 00 02');
    hear(acknowledged(sent, '8057'));
    expect(told).toHaveLength(1);
    const without = ready({ ipv6 });
    without.hear('ff 03 c0 21 08 02 00 14 80 57 01 01 00 0e 01 0a 00 00 00 00 00 00 00 01');
    expect(without.told).toHaveLength(1);
    without.hear('57 60 00 00 00');
    expect([without.packets, without.peer.unwanted]).toEqual([[], 1]);
  });

  it('PPP refuses IPCP and shorter headers where the gateway has none', () => {
    const { hear, last, told } = open({ ipv4: null, ipv6: { client: bytes('0000000000000002'), gateway: bytes('0000000000000001') } });
    hear('80 21 01 01 00 0a 03 06 00 00 00 00');
    expect(last()).toBe('c021 8 101 80210101000a030600000000');
    expect(told).toEqual([]);
    const plain = start({ compression: false });
    plain.hear(lcpRequest);
    expect(plain.last()).toBe('c021 4 1 07020802');
  });

  it('PPP answers echoes with its own magic number, and ends when either side says so', () => {
    const { peer, hear, sent, last, told } = ready();
    const magic = /0506([0-9a-f]{8})/.exec(sent[0] ?? '')?.[1];
    hear('ff 03 c0 21 09 05 00 08 7a d5 86 9a');
    expect(last()).toBe(`c021 10 5 ${magic}`);
    peer.echo();
    hear('ff 03 c0 21 0a 65 00 08 7a d5 86 9a');
    expect(peer.echoReplies).toBe(1);
    hear('ff 03 c0 21 05 06 00 04');
    expect(last()).toBe('c021 6 6');
    expect(told).not.toContain('terminated');
    const other = ready();
    other.peer.terminate('over');
    expect(other.last()).toBe(`c021 5 101 ${Buffer.from('over').toString('hex')}`);
    other.hear('ff 03 c0 21 06 65 00 04');
    expect(other.told).toContain('terminated');
  });

  it('PPP acknowledges a request again when its first answer was late', () => {
    const { hear, last, told } = ready();
    hear('80 21 01 02 00 0a 03 06 0a 50 80 01');
    expect(last()).toBe('8021 2 2 03060a508001');
    expect(told).toHaveLength(1);
  });

  it.each([
    ['an acknowledgement of something else', 'ff 03 c0 21 02 01 00 08 01 04 05 79', 'LCP: an acknowledgement of something else'],
    ['an acknowledgement of another request', 'ff 03 c0 21 02 07 00 04', 'LCP: an acknowledgement of something else'],
    ['a refusal of another request', 'ff 03 c0 21 03 07 00 08 01 04 ff c1', 'LCP: a nak of something else'],
    ['IPCP before LCP', 'ff 03 80 21 01 01 00 0a 03 06 0a 50 80 01', 'IPCP: before LCP was open'],
  ])('PPP drops %s, as the RFC says, and opens all the same', (_, hex, words) => {
    const { peer, hear, sent } = start();
    hear(hex);
    expect([peer.discarded, sent.length]).toEqual([[words], 1]);
    hear(lcpRequest);
    hear(acknowledged(sent, 'c021'));
    expect(sent.at(-1)).toMatch(/^8021 1 1/);
  });

  it.each([
    ['an IP packet before the address', open, '21 45 00 00 14', /before it was agreed on/],
    ['a request twice', ready, '80 21 01 01 00 0a 03 06 0a 50 80 01', /the request 1 twice/],
    ['other options later', ready, '80 21 01 02 00 04', /other options after it was open/],
    ['a smaller MRU', start, 'ff 03 c0 21 03 01 00 08 01 04 05 00', /a nak of what OpenConnect knows/],
    ['a reject of the MRU', start, 'ff 03 c0 21 04 01 00 08 01 04 05 78', /a reject of what OpenConnect knows/],
    ['an unknown option', start, 'ff 03 c0 21 01 01 00 08 03 04 c0 23', /option 3/],
    ['another magic number in an echo', ready, 'ff 03 c0 21 09 05 00 08 00 00 00 00', /another magic number/],
    ['a reply to no echo', ready, 'ff 03 c0 21 0a 05 00 08 7a d5 86 9a', /a reply to echo 5/],
    ['a refusal of LCP', ready, 'ff 03 c0 21 08 02 00 0a c0 21 01 01 00 04', /refused/],
    ['an unknown protocol', ready, 'ff 03 80 fd 01 01 00 04', /protocol 0x80fd/],
    ['an unknown code', ready, 'ff 03 c0 21 0c 01 00 04', /code 12/],
    ['a code of LCP in IPCP', ready, '80 21 09 01 00 08 00 00 00 00', /IPCP: code 9/],
    ['a packet that is too long', ready, `21${'45'.repeat(1_401)}`, /a packet of 1401 bytes/],
  ] as const)('PPP finds %s', (_, begin, hex, words) => {
    const { hear } = begin();
    expect(() => hear(hex)).toThrow(words);
  });

  it('PPP finds control characters without an escape in LCP', () => {
    const { peer } = start({ hdlc: true });
    expect(() => peer.receive(bytes(lcpRequest), true)).toThrow(/without an escape/);
  });
});
