import { app } from '../electron-double/index.ts';
import { hardenEveryPage } from '../../electron/desktop/pages/hardening.ts';
import { createSignInView, type DesktopSignInView, type SignInViewOptions } from '../../electron/desktop/sign-in/sign-in-view.ts';
import type { Grant, OpenConnectGrant } from '../../electron/gateways/gateway.ts';
import { dialOnly } from '../../electron/tunnels/direct.ts';
import { startLoopbackProxy } from '../../electron/tunnels/loopback-proxy.ts';
import type { TunnelEngine, TunnelEnding } from '../../electron/tunnels/tunnel.ts';
import { fail } from '../../shared/failure.ts';
import { english } from './english.ts';

/** Starts the double for a test that shows pages. It goes on when the last window closes. */
export async function readyForPages(): Promise<void> {
  app.on('window-all-closed', () => undefined);
  await app.whenReady();
  hardenEveryPage();
}

/** The real view on sign-in pages, in English and without patterns, with a proxy of its own for hosts on loopback. */
export const testSignInView = (parts: Pick<SignInViewOptions, 'pageArea'> & Partial<SignInViewOptions>): DesktopSignInView =>
  createSignInView({
    detour: async (hosts, connectTo) => {
      const detour = await startLoopbackProxy();
      detour.setDial(dialOnly(hosts, connectTo));
      return detour;
    },
    wildcardHosts: () => false,
    localizer: () => english,
    languages: () => ['en'],
    log: () => undefined,
    ...parts,
  });

/** An engine whose tunnels reach nothing. It notes the grants that they were opened with. */
export function tunnelToNowhere(grants: OpenConnectGrant[]): TunnelEngine {
  return {
    open(grant: Grant) {
      if (grant.kind === 'openconnect') grants.push(grant);
      let end: (ending: TunnelEnding) => void = () => undefined;
      const ended = new Promise<TunnelEnding>((resolve) => (end = resolve));
      return Promise.resolve({
        dial: (host) => Promise.reject(fail('host-unreachable', { host })),
        traffic: () => ({ received: 0, sent: 0 }),
        answers: () => Promise.resolve(true),
        roundTrip: () => Promise.resolve(null),
        ended,
        abandon: () => end({ kind: 'dropped', failure: { code: 'tunnel-dropped' } }),
        close: async () => end({ kind: 'closed' }),
      });
    },
  };
}
