import type { Confirmation, ProfilePreview, ProfileSummary } from '../../../shared/app-state.ts';
import { fail } from '../../../shared/failure.ts';
import { plainLine } from '../../../shared/plain-text.ts';
import { readProfile, splitHost, type Profile, type ReadProfile } from '../../../shared/profile.ts';
import { destinationsIn } from '../../../shared/profile-contents.ts';
import { entryOf, without, type SettingsFile } from '../../storage/settings-file.ts';
import { discoverProfile, readProfileFile } from '../../storage/profiles.ts';
import type { Settings } from '../../storage/settings.ts';
import { createVerifier, type Accepted, type CertificateVerifier, type Vouched } from '../../trust/verifier.ts';
import { contentsOf } from './profile-preview.ts';
import { withoutSignIn } from '../sign-in/saved-sign-in.ts';
import { plainHost } from '../../trust/host.ts';
import type { RouteThroughProxy } from '../../net/https.ts';
import { CertificateQuestion } from '../../net/tls.ts';

export interface ProfileStoreOptions {
  /** The way to a campus's profile, through the proxies of this computer. */
  routeThroughProxy?: RouteThroughProxy;
  /** Whoever administers this computer forbids questions about certificates. */
  strict?: boolean;
}

/** How many hosts are known for who vouched for them; the oldest give way. */
const maxVouched = 300;

/** Profiles: the ones that are kept, and the one that waits for the person's yes. */
export class ProfileStore {
  private waiting: { preview: ProfilePreview; profile: Profile } | null = null;
  /** The address whose certificate the person is asked about. */
  private unproven: { address: string; prompt: CertificateQuestion['prompt'] } | null = null;

  constructor(
    private readonly settings: Settings,
    private readonly now: () => number,
    private readonly options: ProfileStoreOptions = {},
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

  /** The verifier of one profile: its trust, what the person accepted for its gateways, and how they were vouched for before. */
  verifierFor(profile: Profile): CertificateVerifier {
    return createVerifier({
      trust: profile.trust,
      pinned: profile.gateways.map((gateway) => splitHost(gateway).host),
      accepted: (host) => entryOf(this.settings.get().acceptedCertificates, plainHost(host)),
      vouched: (host) => entryOf(this.settings.get().vouchedHosts, plainHost(host)),
      onVouched: (host, vouched) => this.noteVouched(host, vouched),
      strict: this.options.strict ?? false,
      now: this.now,
    });
  }

  /** The system or an authority vouched for a host: from now on it is no matter of the person's any more, whatever they accepted before. */
  noteVouched(name: string, vouched: Vouched): void {
    const host = plainHost(name);
    const { acceptedCertificates, vouchedHosts } = this.settings.get();
    const before = entryOf(vouchedHosts, host);
    const isKnown = before?.by === vouched.by && before.key === vouched.key;
    if (isKnown && entryOf(acceptedCertificates, host) === null) return;
    this.settings.update((kept) => ({
      acceptedCertificates: without(kept.acceptedCertificates, host),
      vouchedHosts: Object.fromEntries([...Object.entries(without(kept.vouchedHosts, host)), [host, vouched] as const].slice(-maxVouched)),
    }));
  }

  /** The person said yes to this server. */
  accept({ host, sha256, key }: Accepted & { host: string }): void {
    this.settings.update(({ acceptedCertificates }) => ({
      acceptedCertificates: { ...acceptedCertificates, [plainHost(host)]: { sha256, key } },
    }));
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
    const verifier = createVerifier({
      trust: { kind: 'system' },
      accepted: () => accepted ?? null,
      vouched: (host) => entryOf(this.settings.get().vouchedHosts, plainHost(host)),
      onVouched: (host, vouched) => this.noteVouched(host, vouched),
      strict: this.options.strict ?? false,
      now: this.now,
    });
    try {
      this.show(await discoverProfile(address, { verifier, signal, routeThroughProxy: this.options.routeThroughProxy }), address);
      return null;
    } catch (error) {
      if (!(error instanceof CertificateQuestion)) throw error;
      this.unproven = { address, prompt: error.prompt };
      return { ...error.prompt };
    }
  }

  /** The person said yes to that certificate: tries again, with that one alone. */
  async previewUnproven(signal: AbortSignal): Promise<void> {
    const { unproven } = this;
    this.unproven = null;
    if (unproven && (await this.previewAddress(unproven.address, signal, unproven.prompt)))
      throw fail('certificate-untrusted', { host: unproven.prompt.host });
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

  /** Takes a profile out, with all that was proved or accepted of its gateways. What was kept of its sign-ins is forgotten by who owns it. */
  remove(id: string): void {
    const hosts = new Set(destinationsIn(this.find(id)).map(({ host }) => plainHost(host)));
    const without = <T>(entries: Record<string, T>): Record<string, T> =>
      Object.fromEntries(Object.entries(entries).filter(([host]) => !hosts.has(plainHost(host))));
    this.settings.update(({ profiles, lastProfileId, acceptedCertificates, vouchedHosts }) => ({
      profiles: profiles.filter((each) => each.id !== id),
      lastProfileId: lastProfileId === id ? null : lastProfileId,
      acceptedCertificates: without(acceptedCertificates),
      vouchedHosts: without(vouchedHosts),
    }));
  }

  private show({ profile, dropped }: ReadProfile, source: string): void {
    const known = this.all.find((each) => each.id === profile.id);
    const replaces = known ? summaryOf(known) : null;
    this.waiting = {
      profile,
      preview: { profile: summaryOf(profile), source: plainLine(source), contents: contentsOf(profile), dropped, replaces },
    };
  }
}

/** The profiles with one more, or with one in the place of another; what was kept of signing in to one that led elsewhere goes with it. */
export function withProfile(kept: Readonly<SettingsFile>, profile: Profile): Partial<SettingsFile> {
  return {
    ...(displacedBy(kept.profiles, profile) ? withoutSignIn(kept, profile.id) : {}),
    profiles: [...kept.profiles.filter((each) => each.id !== profile.id), profile],
  };
}

/** The profile of the same id that leads elsewhere than this one, or null. */
export function displacedBy(profiles: readonly Profile[], profile: Profile): Profile | null {
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
