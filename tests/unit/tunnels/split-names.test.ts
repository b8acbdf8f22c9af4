import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { streamError } from '../../../electron/net/stream-error.ts';
import { dialWithSplitNames, isCampusName, type SplitNames } from '../../../electron/tunnels/openconnect/split-names.ts';

const split: SplitNames = { splitNames: ['campus.test', '*.lab.test', '.dorm.test'], domains: ['search.test'] };
const never = new AbortController().signal;

/** A tunnel that knows one name and some addresses, and a local resolver. Both note what they are asked. */
function bench(local: Record<string, readonly string[]> = {}) {
  const [dialled, asked]: [string[], string[]] = [[], []];
  const dial = (host: string): Promise<Duplex> => {
    dialled.push(host);
    if (host === 'page.campus.test' || host.startsWith('192.0.2.')) return Promise.resolve(new Duplex());
    return Promise.reject(/^[\d.]+$|:/.test(host) ? streamError('ETIMEDOUT', 'nobody') : streamError('ENOTFOUND', 'unknown'));
  };
  const lookup = (host: string): Promise<{ address: string }[]> => {
    asked.push(host);
    const found = local[host];
    return found
      ? Promise.resolve(found.map((address) => ({ address })))
      : Promise.reject(streamError('ENOTFOUND', 'the local network does not know it'));
  };
  const go = (host: string, names: SplitNames = split) => dialWithSplitNames(dial, names, { host, port: 443 }, never, lookup);
  return { dialled, asked, go };
}

describe('split DNS', () => {
  it.each([
    ['campus.test', true],
    ['a.b.campus.test', true],
    ['A.CAMPUS.TEST.', true],
    ['x.lab.test', true],
    ['dorm.test', true],
    ['x.search.test', true],
    ['intranet', true],
    ['notcampus.test', false],
    ['campus.test.example', false],
    ['api-1a2b3c4d.duosecurity.com', false],
  ])('with split DNS, %s is a name of the campus: %s', (host, is) => {
    expect(isCampusName(host, split)).toBe(is);
    expect(isCampusName(host, { splitNames: [], domains: ['search.test'] })).toBe(true);
  });

  it('a name that the campus knows is never asked of the local network, whatever its domain', async () => {
    const { asked, dialled, go } = bench({ 'page.campus.test': ['203.0.113.1'] });
    await go('page.campus.test', { splitNames: ['other.test'], domains: [] });
    expect([dialled, asked]).toEqual([['page.campus.test'], []]);
  });

  it.each(['secret.campus.test', 'secret', 'x.search.test'])(
    '%s, which only the campus could know, is never asked of the local network',
    async (host) => {
      const { asked, go } = bench({ [host]: ['203.0.113.1'] });
      await expect(go(host)).rejects.toMatchObject({ code: 'ENOTFOUND' });
      expect(asked).toEqual([]);
    },
  );

  it('without split DNS no name is asked of the local network', async () => {
    const { asked, go } = bench({ 'duo.example': ['192.0.2.7'] });
    await expect(go('duo.example', { splitNames: [], domains: [] })).rejects.toMatchObject({ code: 'ENOTFOUND' });
    expect(asked).toEqual([]);
  });

  it('a name that the gateway left to others is looked up here, and dialled through the tunnel by its addresses in turn', async () => {
    const { dialled, asked, go } = bench({ 'duo.example': ['2001:db8::7', '192.0.2.7', '192.0.2.8'] });
    await go('duo.example');
    expect(asked).toEqual(['duo.example']);
    expect(dialled).toEqual(['duo.example', '2001:db8::7', '192.0.2.7']);
  });

  it.each([[['127.0.0.1']], [['192.0.2.7', '::1']], [['0.0.0.0']]])(
    'a name that the local network leads to %j is refused',
    async (addresses) => {
      const { dialled, go } = bench({ 'duo.example': addresses });
      await expect(go('duo.example')).rejects.toMatchObject({ code: 'EPERM' });
      expect(dialled).toEqual(['duo.example']);
    },
  );

  it('a host that refuses, an address and a name that nobody knows fail as they are', async () => {
    const { asked, go } = bench({ 'gone.example': ['203.0.113.1'] });
    await expect(go('203.0.113.9')).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    await expect(go('gone.example')).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    await expect(go('nobody.example')).rejects.toMatchObject({ code: 'ENOTFOUND', message: 'the local network does not know it' });
    expect(asked).toEqual(['gone.example', 'nobody.example']);
  });
});
