import { parseConfig, type HelperConfig } from './config.ts';

/**
 * What an administrator has approved by polkit, in place of the file: `once HOST PROOF`, where the proof is `system` or a
 * key (`pin-sha256:…`), for the person who asked (`PKEXEC_UID`, which pkexec sets: pkexec(1)). Every word was shown to the
 * administrator, and there are no others: no option moves a file or names another user. null: it is anything else.
 */
export async function oneTimeConfig(
  args: readonly string[],
  asker: string | undefined,
  nameOf: (uid: number) => Promise<string | null>,
): Promise<HelperConfig | null> {
  const [role, host, proof, ...more] = args;
  if (role !== 'once' || host === undefined || proof === undefined || more.length > 0 || host.includes('*')) return null;
  if (asker === undefined || !/^\d{1,10}$/.test(asker)) return null;
  const user = await nameOf(Number(asker));
  if (user === null) return null;
  try {
    return parseConfig({ users: [user], gateways: [{ host, trust: proof === 'system' ? proof : { pins: [proof] } }] });
  } catch {
    return null;
  }
}
