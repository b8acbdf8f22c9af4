import { session } from 'electron';
import { proxyOfList, type ProxyFor } from '../../net/proxy/proxy-list.ts';

/** The proxy that the operating system's settings, or its administrator's script, name for an address. */
export const systemProxy: ProxyFor = async (address) => proxyOfList(await session.defaultSession.resolveProxy(address));
