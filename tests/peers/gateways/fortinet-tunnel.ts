import { insidePlan } from './inside-hosts.ts';
import type { PppFamily, PppGatewayOptions, PppSession } from './ppp-family.ts';

/**
 * Fortinet's configuration and tunnel, from what OpenConnect's `fortinet.c` asks for: `/remote/fortisslvpn_xml`
 * (`parse_fortinet_xml_config`) and `/remote/sslvpn-tunnel` (`fortinet_connect`). PPP begins after the latter at once,
 * without an answer in HTTP; only a refusal has one.
 */
export function fortinetTunnel({ ipv6 = false, refusesBy = 'status', survivesDrop = true }: PppGatewayOptions): PppFamily {
  return {
    kind: 'fortinet',
    cookie: { name: 'SVPNCOOKIE', value: '0123456789abcdef' },
    isLogout: (path) => path === '/remote/logout',
    serve({ method, path }, session, open) {
      const [place = '', query = ''] = path.split('?');
      if (place === '/remote/fortisslvpn_xml' || place === '/remote/fortisslvpn') {
        if (!session) return refusesBy === 'status' ? { status: 403 } : { status: 302, headers: { location: '/remote/login' } };
        if (place === '/remote/fortisslvpn') return { body: 'The configuration of old versions.' };
        // 9.01 asks without it
        const configuration = settings(session, ipv6 && query === 'dual_stack=1', survivesDrop);
        return { headers: { 'content-type': 'application/xml' }, body: configuration };
      }
      if (place !== '/remote/sslvpn-tunnel') return null;
      return session && method === 'GET' ? open(session) : { status: 403 };
    },
  };
}

function settings({ address }: PppSession, ipv6: boolean, survivesDrop: boolean): string {
  const { nameServer, searchDomain, route } = insidePlan;
  const byIpv6 = `<ipv6><dns ipv6="${insidePlan.ipv6.nameServer}"/><assigned-addr ipv6="${insidePlan.ipv6.client}" prefix-len="64"/>
    <split-tunnel-info><addr ipv6="fd80::" prefix-len="64"/></split-tunnel-info></ipv6>`;
  return `<?xml version="1.0" encoding="utf-8"?>
<sslvpn-tunnel ver="2" dtls="0" patch="1">
  <tunnel-method value="ppp"/><tunnel-method value="tun"/>
  <fos platform="FG100E" major="7" minor="02" patch="5" build="1517" branch="1517"/>
  <auth-ses check-src-ip="0" tun-connect-without-reauth="${survivesDrop ? 1 : 0}" tun-user-ses-timeout="240"/>
  <client-config save-password="off" keep-alive="on" auto-connect="off"/>
  <ipv4>
    <dns ip="${nameServer}" domain="${searchDomain}"/>
    <assigned-addr ipv4="${address}"/>
    <split-tunnel-info><addr ip="${route.network}" mask="${route.netmask}"/></split-tunnel-info>
  </ipv4>
  ${ipv6 ? byIpv6 : ''}
  <idle-timeout val="3600"/>
  <auth-timeout val="18000"/>
</sslvpn-tunnel>`;
}
