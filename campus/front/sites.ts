import type { RequestListener } from 'node:http';
import { accessProtocol } from '../../shared/access-protocol.ts';
import { discoveryPath, type Profile } from '../../shared/profile.ts';
import { relayPath, type Services } from '../open-services.ts';
import { ncPath } from '../nc/server.ts';
import { html } from '../pages/html.ts';
import { draw, type Look } from '../pages/layout.ts';
import { listenerOf, newSite } from '../pages/listener.ts';
import { json, page } from '../pages/reply.ts';
import { createPhone } from '../phone/phone.ts';
import { createRecovery } from '../recovery/recovery.ts';
import type { Site } from './front.ts';

/** The campus's addresses for a browser on this computer. */
export interface Addresses {
  index: string;
  /** The profile as a file. */
  profile: string;
  recovery: string;
  phone: string;
  /** The portal's address in the client's profile. It can be reached only from campus or through the relay. */
  portal: string;
  /** host:port */
  gateway: string;
}

export interface SiteOptions {
  services: Services;
  now: () => number;
  addresses: Addresses;
  profile: Profile;
}

/** Every site of the front, by its names. The portal has a server of its own. */
export function campusSites(options: SiteOptions): Map<string, Site> {
  const { services, now, addresses } = options;
  const { directory, factors, signIns, gateway, relay, nc } = services;
  const index: Site = { request: createIndex(options) };
  const vpn: Site = {
    request: createGatewayPage(options),
    upgrades: {
      [accessProtocol.path]: (...upgrade) => gateway.handleUpgrade(...upgrade),
      [relayPath]: (...upgrade) => relay.handleUpgrade(...upgrade),
    },
    raw: { [ncPath]: nc.handle },
  };
  const recovery: Site = { request: createRecovery({ directory, factors, signIns, now, address: addresses.recovery }) };
  const phone: Site = { request: createPhone({ factors, now, address: addresses.phone }) };
  return new Map([
    ...['campus.test', 'campus.localhost', 'localhost', '127.0.0.1', '[::1]'].map((name) => [name, index] as const),
    ...['vpn.campus.test', 'vpn.localhost'].map((name) => [name, vpn] as const),
    ...['recovery.campus.test', 'recovery.localhost'].map((name) => [name, recovery] as const),
    ...['phone.campus.test', 'phone.localhost'].map((name) => [name, phone] as const),
  ]);
}

/** The path of the profile's file on the front page's site. */
export const profilePath = ({ id }: Profile): string => `/${id}.causeway`;

/** The campus's front page, and its profile, which clients discover by address or download as a file. */
function createIndex({ now, addresses, profile }: SiteOptions): RequestListener {
  const look: Look = { service: 'Campus Test University', address: addresses.index };
  const site = newSite({ look, now });
  site
    .get('/', () => {
      const body = html`<h1>Campus Test University</h1>
        <p class="lead">A whole campus on this computer, to try Causeway with.</p>
        <div class="choices">
          <a class="choice" href="${addresses.recovery}"
            ><span><strong>Account recovery</strong><span class="hint">For those who lost their phone</span></span></a
          >
          <a class="choice" href="${addresses.phone}"
            ><span><strong>Pocket phones</strong><span class="hint">Codes, and sign-ins to approve</span></span></a
          >
          <a class="choice" href="${addresses.profile}"
            ><span><strong>Profile for Causeway</strong><span class="hint">The file that tells the client about this campus</span></span></a
          >
        </div>
        <p>VPN gateway: ${addresses.gateway}</p>
        <p>Device portal: ${addresses.portal} (on campus, or through the VPN)</p>`;
      return page(draw(look, { title: 'Welcome', body, now: now() }));
    })
    .get(discoveryPath, () => json(profile))
    .get(profilePath(profile), () => json(profile, 200, { 'Content-Disposition': `attachment; filename="${profile.id}.causeway"` }));
  return listenerOf(site);
}

/** The page that a browser sees at the gateway: there is nothing to do here. */
function createGatewayPage({ now, addresses }: SiteOptions): RequestListener {
  const look: Look = { service: 'VPN gateway', address: addresses.gateway };
  const site = newSite({ look, now });
  site.get('/', () => {
    const body = html`<h1>This is a VPN gateway</h1>
      <p>Causeway connects here. There is nothing to see in a browser.</p>
      <p><a class="button" href="${addresses.index}">Go to the campus</a></p>`;
    return page(draw(look, { title: 'VPN gateway', body, now: now() }));
  });
  return listenerOf(site);
}
