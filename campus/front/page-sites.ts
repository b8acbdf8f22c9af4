import { createAdfs } from '../adfs/adfs.ts';
import { createAssertions } from '../adfs/saml.ts';
import { createDuo } from '../duo/duo.ts';
import { createDuoExchange } from '../duo/exchange.ts';
import { consumerAddress, createIvanti } from '../ivanti/gateway.ts';
import { ncPath } from '../nc/server.ts';
import type { Services } from '../open-services.ts';
import { duoHost, gatewayHost, loginHost, portalAddress } from '../profile.ts';
import type { Site } from './front.ts';

export interface PageSiteOptions {
  services: Services;
  now: () => number;
  /** The port of the front. */
  port: number;
  notice: string | null;
  recoveryAddress: string;
}

/** The sites of the page-based sign-in, by their names: gateway, identity provider, second factor. */
export function pageSites({ services, now, port, notice, recoveryAddress }: PageSiteOptions): [name: string, site: Site][] {
  const { directory, factors, securityKeys, trustedBrowsers, sessions, rules, nc } = services;
  const originOf = (host: string): string => new URL(`https://${host}:${port}`).origin;
  const origins = { gateway: originOf(gatewayHost), login: originOf(loginHost), duo: originOf(duoHost) };
  const assertions = createAssertions(now);
  const exchange = createDuoExchange(now, origins.duo);
  const gateway = createIvanti({
    directory,
    assertions,
    sessions,
    perPerson: rules.perPerson,
    notice,
    now,
    origins,
    portalAddress,
  });
  const consumer = consumerAddress(origins.gateway);
  const login = createAdfs({ directory, assertions, duo: exchange, now, origins, consumer });
  const duo = createDuo({ factors, securityKeys, trustedBrowsers, exchange, now, origins, recoveryAddress });
  return [
    [gatewayHost, { request: gateway, raw: { [ncPath]: nc.handle } }],
    [loginHost, { request: login }],
    [duoHost, { request: duo }],
  ];
}
