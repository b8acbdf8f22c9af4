import type { AppState, ProfileSummary } from '../../shared/app-state.ts';
import type { Failure } from '../../shared/failure.ts';

/** What the help desk needs to know about the last failure, as text for the clipboard and the head of a report. `code`: the one to read aloud. */
export function detailsOf(state: AppState, now: number, code: string): string {
  const { access, about } = state;
  const profile = state.profiles.find((each) => each.id === state.profileId);
  const failure = failureIn(state);
  return [
    `Causeway ${about.version} on ${about.platform}`,
    `Code: ${code}`,
    `Time: ${new Date(now).toISOString()}`,
    `Campus: ${profile?.name ?? 'none'}`,
    `Gateway: ${'gateway' in access ? access.gateway : (profile?.gateways.join(', ') ?? 'none')}`,
    `Proof: ${profile ? proofs[profile.trust] : 'none'}`,
    `State: ${access.kind}`,
    `Step: ${state.step}`,
    `Failure: ${failure ? failure.code : 'none'}`,
    ...Object.entries(failure?.params ?? {}).map(
      ([name, value]) => `  ${name}: ${name.endsWith('At') ? new Date(Number(value)).toISOString() : value}`,
    ),
    ...(failure?.detail === undefined ? [] : [`  detail: ${failure.detail}`]),
    ...policyLines(state.policy),
  ].join('\n');
}

/** What the policy decides, where each of it stands, and what does not count. */
const policyLines = ({ managedBy, decisions, faults }: AppState['policy']): string[] => [
  ...(managedBy?.name === undefined ? [] : [`Managed by: ${managedBy.name}`]),
  ...decisions.map(({ key, value, place, level }) => `Policy: ${key} = ${value} (${level}, ${place})`),
  ...faults.map(
    ({ place, key, why, detail }) => `Policy fault: ${key ?? 'all'} in ${place}: ${why}${detail === undefined ? '' : ` (${detail})`}`,
  ),
];

/** How the campus's servers prove who they are. */
const proofs: Record<ProfileSummary['trust'], string> = {
  system: 'what this computer trusts',
  authority: "the campus's own authority, or what this computer trusts",
  pin: 'the key alone, whatever name and dates its certificate bears',
};

/** The failure that the window shows, or null. */
export function failureIn({ access, portal, recovery }: AppState): Failure | null {
  if (access.kind === 'idle' || access.kind === 'closing') return access.ending ?? (recovery.step === 'failed' ? recovery.failure : null);
  if (access.kind === 'reconnecting') return access.why;
  if (access.kind === 'asking' && 'failure' in access.prompt) return access.prompt.failure ?? null;
  return portal.kind === 'open' ? portal.failure : null;
}
