import { parseConfig, type HelperConfig } from './config.ts';

/**
 * The configuration that an administrator approved through polkit, used instead of the file: `once HOST PROOF`, where the
 * proof is `system` or a key (`pin-sha256:…`). It is for the user who asked (`PKEXEC_UID`, set by pkexec(1)). The
 * administrator saw every argument, and no others are accepted: none can choose a path or another user. Null: anything else.
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
