import { insidePlan } from './inside-hosts.ts';
import type { PppFamily, PppGatewayOptions, PppSession } from './ppp-family.ts';
import type { Reply } from './other-families.ts';

const xml = (body: string): Reply => ({ headers: { 'content-type': 'text/xml' }, body: `<?xml version="1.0" encoding="utf-8"?>\n${body}` });
const resource = 'resourcename=/Common/campus_vpn';
/** Goes into the request for a tunnel, as `Z`. */
const urZ = '0123abcd';

/**
 * F5's configuration and tunnel, from what OpenConnect's `f5.c` asks for: the list of profiles (`parse_profile`), one
 * profile's settings (`parse_options`), and `/myvpn` (`f5_configure`, `f5_connect`), after whose answer PPP begins.
 */
export function f5Tunnel(options: PppGatewayOptions, byId: (id: string) => PppSession | null): PppFamily {
  const { hdlc = false, ipv6 = false, namesByPpp = false } = options;
  return {
    kind: hdlc ? 'f5-hdlc' : 'f5',
    cookie: { name: 'MRHSession', value: '0123456789abcdef' },
    isLogout: (path) => path === '/vdesk/hangup.php3?hangup_error=1',
    serve({ method, path, cookie }, session, open) {
      const { pathname, searchParams } = new URL(path, 'https://f5.invalid');
      if (pathname.startsWith('/vdesk/vpn/')) {
        // What a gateway does with a session that it does not know (OpenConnect's own `fake-f5-server.py`)
        if (!session) return { status: 302, headers: { location: '/my.policy' } };
        if (pathname === '/vdesk/vpn/index.php3') return xml(profiles);
        if (pathname === '/vdesk/vpn/connect.php3' && searchParams.get('resourcename') === '/Common/campus_vpn')
          return xml(settings(session, { hdlc, ipv6, namesByPpp }));
        return { status: 404 };
      }
      if (pathname !== '/myvpn') return null;
      const wanted = byId(searchParams.get('sess') ?? '');
      const isRight =
        method === 'GET' &&
        // It has to fit one packet of DTLS, so cookies are left out
        cookie === '' &&
        searchParams.get('hdlc_framing') === (hdlc ? 'yes' : 'no') &&
        searchParams.get('ipv4') === 'yes' &&
        searchParams.get('ipv6') === (ipv6 ? 'yes' : 'no') &&
        searchParams.get('Z') === urZ &&
        /^[A-Za-z0-9+/]+=*$/.test(searchParams.get('hostname') ?? '');
      // What OpenConnect knows as "the cookie is not valid" (`f5_connect`)
      if (!wanted || !isRight) return { status: 504 };
      return (socket, head) => {
        const addresses = [`X-VPN-client-IP: ${wanted.address}`, ...(ipv6 ? [`X-VPN-client-IPv6: ${insidePlan.ipv6.client}`] : [])];
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 0\r\n${addresses.join('\r\n')}\r\nX-VPN-server-IP: 10.80.0.1\r\n\r\n`, () =>
          open(wanted)(socket, head),
        );
      };
    },
  };
}

const profiles = `<favorites type="VPN" limited="YES">
  <favorite id="/Common/campus_vpn"><caption>campus_vpn</caption><name>/Common/campus_vpn</name><params>${resource}</params></favorite>
</favorites>`;

function settings({ id }: PppSession, { hdlc, ipv6, namesByPpp }: { hdlc: boolean; ipv6: boolean; namesByPpp: boolean }): string {
  const names = [
    ...(namesByPpp ? [] : [`<DNS0>${insidePlan.nameServer}</DNS0>`]),
    ...(ipv6 ? [`<DNS6_0>${insidePlan.ipv6.nameServer}</DNS6_0>`] : []),
  ].join('');
  return `<favorite id="/Common/campus_vpn"><object ID="ur_Host" CLASSID="CLSID:CC85ACDF-B277-486F-8C70-2C9B2ED2A4E7">
  <ur_Z>${urZ}</ur_Z><Session_ID>${id}</Session_ID><ur_name>/Common/campus_vpn</ur_name>
  <tunnel_protocol0>https</tunnel_protocol0><idle_session_timeout>900</idle_session_timeout>
  <IPV4_0>1</IPV4_0><IPV6_0>${ipv6 ? 1 : 0}</IPV6_0><tunnel_dtls>0</tunnel_dtls><tunnel_port_dtls></tunnel_port_dtls>
  ${names}<DNSSuffix0>${insidePlan.searchDomain}</DNSSuffix0>
  <SplitTunneling0>2</SplitTunneling0><LAN0>${insidePlan.route.network}/${insidePlan.route.prefix}</LAN0>${ipv6 ? `<LAN6_0>${insidePlan.ipv6.route}</LAN6_0>` : ''}
  <hdlc_framing>${hdlc ? 'yes' : 'no'}</hdlc_framing>
</object></favorite>`;
}
