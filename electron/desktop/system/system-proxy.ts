import { session } from 'electron';
import { proxyOfList, type ProxyFor } from '../../net/proxy/proxy-list.ts';

/** The proxy for an address, from the operating system's settings or its proxy script. */
export const systemProxy: ProxyFor = async (address) => proxyOfList(await session.defaultSession.resolveProxy(address));
