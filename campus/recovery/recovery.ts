import type { RequestListener } from 'node:http';
import { listenerOf, newSite } from '../pages/listener.ts';
import { addRecoveryApi, recoveryApiExcuse } from './api.ts';
import type { Words } from '../pages/words/words.ts';
import { RecoveryService, type RecoveryOptions } from './recovery-service.ts';
import { addRecoveryPages } from './pages.ts';

/** The public recovery site: pages for people, and the same steps as JSON for clients with their own screens. */
export function createRecovery(options: RecoveryOptions): RequestListener {
  const look = { service: ({ recovery }: Words) => recovery.service, address: new URL(options.address).origin };
  const router = newSite({ look, now: options.now, excuse: recoveryApiExcuse(options.now) });
  const recoveryService = new RecoveryService(options);
  addRecoveryApi(router, recoveryService, options.now);
  addRecoveryPages(router, recoveryService, look, options);
  return listenerOf(router);
}
