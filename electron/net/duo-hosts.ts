import { plainHost } from '../trust/host.ts';

/**
 * Duo's hosts: each campus has one, with an id of eight hexadecimal digits (https://duo.com/docs/authapi, "API hostname").
 * The second one is Duo's federal edition.
 */
export const duoHosts = ['api-*.duosecurity.com', 'api-*.duofederal.com'] as const;

/** Which of {@link duoHosts} stands for this host, or null. */
export function duoPatternOf(host: string): (typeof duoHosts)[number] | null {
  const [label = '', ...domain] = plainHost(host).split('.');
  if (!/^api-[0-9a-f]{8}$/.test(label)) return null;
  return duoHosts.find((pattern) => pattern === ['api-*', ...domain].join('.')) ?? null;
}
