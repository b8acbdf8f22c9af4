import type { Confirmation, ProfilePreview, ProfileSummary } from '../../../shared/app-state.ts';
import { fail } from '../../../shared/failure.ts';
import { plainLine } from '../../../shared/plain-text.ts';
import { readProfile, splitHost, type Profile, type ReadProfile } from '../../../shared/profile.ts';
import { destinationsIn } from '../../../shared/profile-contents.ts';
import { entryOf, without, type SettingsFile } from '../../storage/settings-file.ts';
import { lastRead, type ShippedCampus } from '../../storage/campuses.ts';
import { fetchProfile } from '../../storage/fetch-profile.ts';
import { readProfileFile } from '../../storage/profile-file.ts';
import { withoutForbiddenPatterns } from '../../storage/host-patterns.ts';
import { noPolicy, type Policy } from '../../storage/policy/policy.ts';
import type { Settings } from '../../storage/settings.ts';
import { createVerifier, type Accepted, type CertificateVerifier, type Vouched } from '../../trust/verifier.ts';
import { contentsOf } from './profile-preview.ts';
import { allowedGateways, underPolicy } from './under-policy.ts';
import { withoutSignIn } from '../sign-in/saved-sign-in.ts';
import { plainHost } from '../../trust/host.ts';
import type { RouteThroughProxy } from '../../net/https.ts';
import { CertificateQuestion } from '../../net/tls.ts';

export interface ProfileStoreOptions {
  /** How to reach a campus's profile through this computer's proxies. */
  routeThroughProxy?: RouteThroughProxy;
  /** The computer's policy. Default: none. */
  policy?: () => Policy;
}

/** How many vouched hosts are remembered. The oldest are dropped first. */
const maxVouched = 300;

/** The saved profiles, and the one that waits for the person's decision. */
export class ProfileStore {
  private waiting: { preview: ProfilePreview; profile: Profile } | null = null;
  /** The address whose certificate the person has been asked about. */
  private unverified: { address: string; isTyped: boolean; prompt: CertificateQuestion['prompt'] } | null = null;

  constructor(
    private readonly settings: Settings,
    private readonly now: () => number,
    private readonly options: ProfileStoreOptions = {},
  ) {}

  /** As they are saved. */
  private get saved(): readonly Profile[] {
    return this.settings.get().profiles;
  }

  /** As the policy lets them be used. */
  get all(): readonly Profile[] {
    return this.saved.map((profile) => this.under(profile));
  }

  /** A profile as the policy lets it be used. */
  under(profile: Profile): Profile {
    return underPolicy(profile, this.policy);
  }

  /** Whether this very profile is saved. */
  isSaved(profile: Profile): boolean {
    return this.saved.includes(profile);
  }

  /** Throws `policy-campuses` if the policy lets nobody add a campus. */
  throwUnlessMayAdd(): void {
    if (!this.policy.addProfiles) throw fail('policy-campuses');
  }

  private get policy(): Policy {
    return this.options.policy?.() ?? noPolicy;
  }

  get preview(): ProfilePreview | null {
    return this.waiting?.preview ?? null;
  }

  find(id: string): Profile {
    const profile = this.all.find((each) => each.id === id);
    if (!profile) throw fail('profile-not-found', { address: id });
    return profile;
  }

  /** The profile that Connect uses: the last used one, or else the first. */
  get selected(): Profile | null {
    const { profiles, lastProfileId } = this.settings.get();
    const selected = profiles.find((each) => each.id === lastProfileId) ?? profiles[0];
    return selected ? this.under(selected) : null;
  }

  select(id: string): Profile {
    const profile = this.find(id);
    if (this.settings.get().lastProfileId !== id) this.settings.update(() => ({ lastProfileId: id }));
    return profile;
  }

  /** The verifier of a profile. It knows what the profile trusts, which certificates the person accepted, and who vouched for its hosts before. */
  verifierFor(profile: Profile): CertificateVerifier {
    return createVerifier({
      trust: profile.trust,
      pinned: profile.gateways.map((gateway) => splitHost(gateway).host),
      accepted: (host) => entryOf(this.settings.get().acceptedCertificates, plainHost(host)),
      vouched: (host) => entryOf(this.settings.get().vouchedHosts, plainHost(host)),
      onVouched: (host, vouched) => this.rememberVouched(host, vouched),
      strict: this.policy.certificates === 'strict',
      now: this.now,
    });
  }

  /** Records that the system or an authority vouched for a host. What the person accepted for that host before no longer counts. */
  rememberVouched(name: string, vouched: Vouched): void {
    const host = plainHost(name);
    const { acceptedCertificates, vouchedHosts } = this.settings.get();
    const before = entryOf(vouchedHosts, host);
    const isKnown = before?.by === vouched.by && before.key === vouched.key;
    if (isKnown && entryOf(acceptedCertificates, host) === null) return;
    this.settings.update((current) => ({
      acceptedCertificates: without(current.acceptedCertificates, host),
      vouchedHosts: Object.fromEntries(
        [...Object.entries(without(current.vouchedHosts, host)), [host, vouched] as const].slice(-maxVouched),
      ),
    }));
  }

  /** The person accepted this server's certificate. */
  accept({ host, sha256, key }: Accepted & { host: string }): void {
    this.settings.update(({ acceptedCertificates }) => ({
      acceptedCertificates: { ...acceptedCertificates, [plainHost(host)]: { sha256, key } },
    }));
  }

  /** The servers whose certificates the person accepted. */
  get accepted(): string[] {
    return Object.keys(this.settings.get().acceptedCertificates);
  }

  /** Forgets the accepted certificate, so that the person is asked again. */
  forgetAccepted(host: string): void {
    this.settings.update(({ acceptedCertificates }) => ({ acceptedCertificates: without(acceptedCertificates, host) }));
  }

  /** Fetches a campus's profile and shows its preview. Resolves with a question when nothing vouches for the server's certificate. */
  async previewAddress(address: string, isTyped: boolean, signal: AbortSignal, accepted?: Accepted): Promise<Confirmation | null> {
    this.throwUnlessMayAdd();
    const verifier = createVerifier({
      trust: { kind: 'system' },
      accepted: () => accepted ?? null,
      vouched: (host) => entryOf(this.settings.get().vouchedHosts, plainHost(host)),
      onVouched: (host, vouched) => this.rememberVouched(host, vouched),
      strict: this.policy.certificates === 'strict',
      now: this.now,
    });
    try {
      const read = await fetchProfile(address, { verifier, signal, routeThroughProxy: this.options.routeThroughProxy });
      this.show(read, address, { typed: isTyped });
      return null;
    } catch (error) {
      if (!(error instanceof CertificateQuestion)) throw error;
      this.unverified = { address, isTyped, prompt: error.prompt };
      return { ...error.prompt };
    }
  }

  /** Tries again after the person accepted the certificate. Accepts that certificate and no other. */
  async previewAccepted(signal: AbortSignal): Promise<void> {
    const { unverified } = this;
    this.unverified = null;
    if (unverified && (await this.previewAddress(unverified.address, unverified.isTyped, signal, unverified.prompt)))
      throw fail('certificate-untrusted', { host: unverified.prompt.host });
  }

  /**
   * Shows a campus that ships in the app. Fails with `campus-managed` when the computer's policy has a profile of the same
   * id, because the policy's counts.
   */
  previewShipped({ read, domains, sources, signedIn }: ShippedCampus): void {
    if (this.policy.profiles.some(({ id }) => id === read.profile.id)) throw fail('campus-managed', { campus: read.profile.name });
    const from = [...new Set(sources.map((source) => source.from))];
    this.show(read, '', { shipped: { domain: domains[0] ?? '', from, lastRead: lastRead(sources), signedIn } });
  }

  previewText(text: string, source: string): void {
    this.show(readProfile(text), source);
  }

  async previewFile(path: string): Promise<void> {
    this.show(await readProfileFile(path), path.split(/[\\/]/).at(-1) ?? path);
  }

  /** The saved profile that accepting the preview would replace with one that leads elsewhere. Its saved sign-in must not be sent there. */
  get displaced(): Profile | null {
    return this.waiting && displacedBy(this.saved, this.waiting.profile);
  }

  acceptPreview(): Profile {
    if (!this.waiting) throw fail('not-now');
    const { profile } = this.waiting;
    this.throwUnlessMayAdd();
    this.waiting = null;
    this.settings.update((current) => ({ ...withProfile(current, profile), lastProfileId: profile.id }));
    return profile;
  }

  declinePreview(): void {
    this.waiting = null;
  }

  /** Removes a profile and every certificate record of its hosts. `SavedSignIn` forgets its saved sign-in. */
  remove(id: string): void {
    const profile = this.saved.find((each) => each.id === id);
    const hosts = new Set((profile ? destinationsIn(profile) : []).map(({ host }) => plainHost(host)));
    const without = <T>(entries: Record<string, T>): Record<string, T> =>
      Object.fromEntries(Object.entries(entries).filter(([host]) => !hosts.has(plainHost(host))));
    this.settings.update(({ profiles, lastProfileId, acceptedCertificates, vouchedHosts }) => ({
      profiles: profiles.filter((each) => each.id !== id),
      lastProfileId: lastProfileId === id ? null : lastProfileId,
      acceptedCertificates: without(acceptedCertificates),
      vouchedHosts: without(vouchedHosts),
    }));
  }

  private show(read: ReadProfile, source: string, origin: Partial<Pick<ProfilePreview, 'typed' | 'shipped'>> = {}): void {
    this.throwUnlessMayAdd();
    const { profile, dropped } = withoutForbiddenPatterns(read, this.policy.wildcardHosts);
    const { gateways, name: campus } = profile;
    if (allowedGateways(profile, this.policy).length === 0) throw fail('policy-gateways', { campus, gateway: gateways.join(', ') });
    const known = this.saved.find((each) => each.id === profile.id);
    const replaces = known ? summaryOf(known) : null;
    this.waiting = {
      profile,
      preview: {
        profile: summaryOf(profile),
        source: plainLine(source),
        typed: false,
        shipped: null,
        contents: contentsOf(profile),
        dropped,
        replaces,
        ...origin,
      },
    };
  }
}

/** The settings with a profile added or replaced. If the old one led elsewhere, its saved sign-in is dropped. */
export function withProfile(current: Readonly<SettingsFile>, profile: Profile): Partial<SettingsFile> {
  return {
    ...(displacedBy(current.profiles, profile) ? withoutSignIn(current, profile.id) : {}),
    profiles: [...current.profiles.filter((each) => each.id !== profile.id), profile],
  };
}

/** The saved profile with the same id that leads elsewhere than this one, or null. */
export function displacedBy(profiles: readonly Profile[], profile: Profile): Profile | null {
  const known = profiles.find(({ id }) => id === profile.id);
  return known && destination(known) !== destination(profile) ? known : null;
}

/** Where a profile leads and what it trusts: all of it except its texts, in whichever order it has its keys. */
function destination(profile: Profile): string {
  return JSON.stringify({ ...profile, name: undefined, labels: undefined, helpDesk: undefined }, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  );
}

/** What the window needs to know about a profile. */
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
