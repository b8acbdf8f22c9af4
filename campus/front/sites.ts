import type { RequestListener } from 'node:http';
import { accessProtocol } from '../../shared/access-protocol.ts';
import { discoveryPath, type Profile } from '../../shared/profile.ts';
import { relayPath, type Services } from '../open-services.ts';
import { ncPath } from '../nc/server.ts';
import { html } from '../pages/html.ts';
import { speechFor } from '../pages/languages.ts';
import type { Look } from '../pages/layout.ts';
import { listenerOf, newSite } from '../pages/listener.ts';
import { json } from '../pages/reply.ts';
import { drawPage } from '../pages/site-page.ts';
import { createPhone } from '../phone/phone.ts';
import { createRecovery } from '../recovery/recovery.ts';
import { issuerName } from '../profile.ts';
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
  const look: Look = { service: () => issuerName, address: addresses.index };
  const site = newSite({ look, now });
  site
    .get('/', (visit) => {
      const speech = speechFor(visit);
      const words = speech.words.front;
      const body = html`<h1>${issuerName}</h1>
        <p class="lead">${words.lead}</p>
        <div class="choices">
          <a class="choice" href="${addresses.recovery}"
            ><span><strong>${words.recovery}</strong><span class="hint">${words.recoveryHint}</span></span></a
          >
          <a class="choice" href="${addresses.phone}"
            ><span><strong>${words.phones}</strong><span class="hint">${words.phonesHint}</span></span></a
          >
          <a class="choice" href="${addresses.profile}"
            ><span><strong>${words.profile}</strong><span class="hint">${words.profileHint}</span></span></a
          >
        </div>
        <p>${speech.say(words.gateway, { address: addresses.gateway })}</p>
        <p>${speech.say(words.portal, { address: addresses.portal })}</p>`;
      return drawPage({ look, now }, visit, { title: words.title, body });
    })
    .get(discoveryPath, () => json(profile))
    .get(profilePath(profile), () => json(profile, 200, { 'Content-Disposition': `attachment; filename="${profile.id}.causeway"` }));
  return listenerOf(site);
}

/** The page that a browser sees at the gateway: there is nothing to do here. */
function createGatewayPage({ now, addresses }: SiteOptions): RequestListener {
  const look: Look = { service: ({ front }) => front.gatewayPage.service, address: addresses.gateway };
  const site = newSite({ look, now });
  site.get('/', (visit) => {
    const words = speechFor(visit).words.front.gatewayPage;
    const body = html`<h1>${words.title}</h1>
      <p>${words.text}</p>
      <p><a class="button" href="${addresses.index}">${words.go}</a></p>`;
    return drawPage({ look, now }, visit, { title: words.service, body });
  });
  return listenerOf(site);
}
