import { once } from 'node:events';
import { startCampus } from '../../campus/campus.ts';
import type { SignInKind } from '../../campus/sign-in-kind.ts';
import { startClient } from '../e2e/support/client.ts';
import { openPocketPhone } from './pocket-phone.ts';
import { mei } from './people.ts';

/** A campus, the client and a phone for a person to try. Resolves when the client has been closed. */
export async function playDemo(signIn: SignInKind): Promise<void> {
  const campus = await startCampus({ signIn });
  // This campus is never around its client. The probe would cost two seconds on Windows, where loopback refuses so late
  const profile = { ...campus.profile };
  delete profile.onCampus;
  const client = await startClient({ profiles: [profile], env: { CAUSEWAY_HEADED: '1' } });
  const phone = await openPocketPhone(campus.addresses.phone, mei.phone, { seen: true });
  const closed = client.electron.waitForEvent('close', { timeout: 0 });
  // Playwright would end this process at once, and leave the folder with what was typed into the forms
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.removeAllListeners(signal);
  const interrupted = Promise.race(signals.map((signal) => once(process, signal)));
  console.log(`Sign in as ${mei.userId} with the password ${mei.password}. The phone beside it approves pushes and shows codes.`);
  await Promise.race([closed, interrupted]);
  await phone.close();
  await client.close();
  await campus.stop();
}
