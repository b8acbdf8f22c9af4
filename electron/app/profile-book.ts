import type { Confirmation, ProfilePreview, ProfileSummary } from '../../shared/app-state.ts';
import { fail } from '../../shared/failure.ts';
import { plainLine } from '../../shared/plain-text.ts';
import { readProfile, splitHost, type Profile, type ReadProfile } from '../../shared/profile.ts';
import { entryOf, without, type Kept } from '../storage/kept.ts';
import { discoverProfile, readProfileFile } from '../storage/profiles.ts';
import type { Settings } from '../storage/settings.ts';
import { createJudge, readAuthorities, type Accepted, type CertificateJudge } from '../trust/certificate.ts';
import { plainHost } from '../trust/host.ts';
import type { Lead } from '../trust/https.ts';
import { CertificateQuestion } from '../trust/tls.ts';

/** Profiles: the ones that are kept, and the one that waits for the person's yes. */
export class ProfileBook {
  private waiting: { preview: ProfilePreview; profile: Profile } | null = null;
  /** The address whose certificate the person is asked about. */
  private doubted: { address: string; prompt: CertificateQuestion['prompt'] } | null = null;

  constructor(
    private readonly settings: Settings,
    private readonly now: () => number,
    private readonly lead?: Lead,
  ) {}

  get all(): readonly Profile[] {
    return this.settings.get().profiles;
  }

  get preview(): ProfilePreview | null {
    return this.waiting?.preview ?? null;
  }

  find(id: string): Profile {
    const profile = this.all.find((each) => each.id === id);
    if (!profile) throw fail('profile-not-found', { address: id });
    return profile;
  }

  /** The one that Connect means: the last used, else the first. */
  get selected(): Profile | null {
    const { profiles, lastProfileId } = this.settings.get();
    return profiles.find((each) => each.id === lastProfileId) ?? profiles[0] ?? null;
  }

  select(id: string): Profile {
    const profile = this.find(id);
    if (this.settings.get().lastProfileId !== id) this.settings.update(() => ({ lastProfileId: id }));
    return profile;
  }

  /** The judge of one profile: its trust, and what the person accepted for its gateways. */
  judgeFor(profile: Profile): CertificateJudge {
    return createJudge({
      trust: profile.trust,
      accepted: (host) => entryOf(this.settings.get().acceptedCertificates, host),
      now: this.now,
    });
  }

  /** The person said yes to this server. */
  accept({ host, sha256, key }: Accepted & { host: string }): void {
    this.settings.update(({ acceptedCertificates }) => ({ acceptedCertificates: { ...acceptedCertificates, [host]: { sha256, key } } }));
  }

  /** The servers that the person said yes to. */
  get accepted(): string[] {
    return Object.keys(this.settings.get().acceptedCertificates);
  }

  /** Asks about this server again. */
  forgetAccepted(host: string): void {
    this.settings.update(({ acceptedCertificates }) => ({ acceptedCertificates: without(acceptedCertificates, host) }));
  }

  /** Fetches what a campus publishes and shows it. Resolves with a question when nobody vouches for its certificate. */
  async previewAddress(address: string, signal: AbortSignal, accepted?: Accepted): Promise<Confirmation | null> {
    const judge = createJudge({ trust: { kind: 'system' }, accepted: () => accepted ?? null, now: this.now });
    try {
      this.show(await discoverProfile(address, { judge, signal, lead: this.lead }), address);
      return null;
    } catch (error) {
      if (!(error instanceof CertificateQuestion)) throw error;
      this.doubted = { address, prompt: error.prompt };
      return { ...error.prompt };
    }
  }

  /** The person said yes to that certificate: tries again, with that one alone. */
  async previewDoubted(signal: AbortSignal): Promise<void> {
    const { doubted } = this;
    this.doubted = null;
    if (doubted && (await this.previewAddress(doubted.address, signal, doubted.prompt)))
      throw fail('certificate-untrusted', { host: doubted.prompt.host });
  }

  previewText(text: string, source: string): void {
    this.show(readProfile(text), source);
  }

  async previewFile(path: string): Promise<void> {
    this.show(await readProfileFile(path), path.split(/[\\/]/).at(-1) ?? path);
  }

  /** The profile that a yes would replace by one that leads elsewhere: what was kept for it must not go there. */
  get displaced(): Profile | null {
    return this.waiting && displacedBy(this.all, this.waiting.profile);
  }

  acceptPreview(): Profile {
    if (!this.waiting) throw fail('not-now');
    const { profile } = this.waiting;
    this.waiting = null;
    this.settings.update((kept) => ({ ...withProfile(kept, profile), lastProfileId: profile.id }));
    return profile;
  }

  declinePreview(): void {
    this.waiting = null;
  }

  remove(id: string): void {
    const { gateways } = this.find(id);
    const hosts = gateways.map((gateway) => plainHost(splitHost(gateway).host));
    this.settings.update(({ profiles, lastProfileId, acceptedCertificates, userIds, savedPasswords, clientCertificates, choices }) => ({
      profiles: profiles.filter((each) => each.id !== id),
      lastProfileId: lastProfileId === id ? null : lastProfileId,
      acceptedCertificates: Object.fromEntries(Object.entries(acceptedCertificates).filter(([host]) => !hosts.includes(plainHost(host)))),
      userIds: without(userIds, id),
      choices: without(choices, id),
      clientCertificates: without(clientCertificates, id),
      savedPasswords: savedPasswords.filter((each) => each !== id),
    }));
  }

  private show({ profile, dropped }: ReadProfile, source: string): void {
    const sha256 = profile.trust.kind === 'authority' ? (readAuthorities(profile.trust.pem)[0]?.fingerprint256 ?? null) : null;
    const known = this.all.find((each) => each.id === profile.id);
    const replaces = known ? summaryOf(known) : null;
    this.waiting = { profile, preview: { profile: summaryOf(profile), source: plainLine(source), sha256, dropped, replaces } };
  }
}

/** The profiles with one more, or with one in the place of another; what was kept for one that led elsewhere goes with it. */
export function withProfile(
  { profiles, savedPasswords, clientCertificates, choices }: Kept,
  profile: Profile,
): Pick<Kept, 'profiles' | 'savedPasswords' | 'clientCertificates' | 'choices'> {
  const displaced = displacedBy(profiles, profile) !== null;
  return {
    profiles: [...profiles.filter((each) => each.id !== profile.id), profile],
    // Whatever the keychain made of it: a password that is not marked as kept is never taken from there
    savedPasswords: displaced ? savedPasswords.filter((each) => each !== profile.id) : savedPasswords,
    clientCertificates: displaced ? without(clientCertificates, profile.id) : clientCertificates,
    choices: displaced ? without(choices, profile.id) : choices,
  };
}

/** The profile of the same id that leads elsewhere than this one, or null. */
function displacedBy(profiles: readonly Profile[], profile: Profile): Profile | null {
  const known = profiles.find(({ id }) => id === profile.id);
  return known && destination(known) !== destination(profile) ? known : null;
}

/** Where a profile leads and whom it trusts: all of it but what it merely says. */
function destination(profile: Profile): string {
  return JSON.stringify({ ...profile, name: undefined, labels: undefined, helpDesk: undefined });
}

/** What the window needs to know of a profile. */
export function summaryOf(profile: Profile): ProfileSummary {
  return {
    id: profile.id,
    name: profile.name,
    gateways: profile.gateways,
    labels: profile.labels,
    portalHost: new URL(profile.portal.address).host,
    portalPages: profile.portal.pages,
    recovery: profile.recovery?.interface ?? null,
    helpDesk: profile.helpDesk ?? null,
    trust: profile.trust.kind,
  };
}
