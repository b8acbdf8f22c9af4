import { attribute, message, messageTypes } from './wire.ts';

/** What a gateway tells a client about its tunnel. Addresses are numbers, as in `tunnel-network/ip.ts`. */
export interface NcConfiguration {
  address: number;
  netmask: number;
  mtu: number;
  nameServers: readonly number[];
  searchDomain: string;
  /** What goes through the tunnel. Empty: everything. */
  routes: readonly { network: number; netmask: number }[];
}

const groups = { addresses: 1, names: 2, routes: 3, link: 6 } as const;

/**
 * The configuration message (OpenConnect's `process_attr`). Its group 8 would offer ESP over UDP and group 7 its keys: without
 * them a client sends everything through TLS.
 */
export function configurationMessage(configuration: NcConfiguration): Buffer {
  const { address, netmask, mtu, nameServers, searchDomain, routes } = configuration;
  const group = (number: number, attributes: readonly Buffer[]): Buffer => attribute(number, Buffer.concat(attributes));
  return message(
    messageTypes.configuration,
    Buffer.concat([
      group(groups.link, [attribute(2, number32(mtu))]),
      group(
        groups.routes,
        routes.map((route) => attribute(3, Buffer.concat([number32(route.network), number32(route.netmask)]))),
      ),
      group(groups.names, [
        ...nameServers.map((server) => attribute(1, number32(server))),
        attribute(2, Buffer.from(searchDomain, 'latin1')),
      ]),
      // The last one must be longer than 20 bytes: OpenConnect stops looking for groups that much before the end (`parse_conf_pkt`)
      group(groups.addresses, [attribute(1, number32(address)), attribute(2, number32(netmask))]),
    ]),
  );
}

function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
