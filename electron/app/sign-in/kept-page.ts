import type { AppState } from '../../../shared/app-state.ts';
import { fail, failureOf, type Failure } from '../../../shared/failure.ts';
import type { Profile } from '../../../shared/profile.ts';
import { atMost } from '../../net/deadline.ts';
import type { PageSignInFiles } from '../../storage/page-sign-ins.ts';
import type { Settings } from '../../storage/settings.ts';
import type { PageKeeper } from '../ports.ts';

export interface KeptPageDeps {
  settings: Settings;
  files: PageSignInFiles;
  /** Whether the computer's policy allows it. */
  isAllowed: () => boolean;
  now: () => number;
  changed: () => void;
  tell: (failure: Failure) => void;
}

/** A keychain may ask the person to unlock it. If it has not answered by then, it counts as unable to encrypt until it does. */
const probeTimeoutMs = 20_000;

/**
 * Decides when the sign-in on the campus's own page ("remember this device") is kept: if the person wants it, the profile and
 * the policy allow it, and the computer encrypts. {@link PageSignInFiles} keeps the cookies in an encrypted file.
 */
export class KeptPage {
  /** Whether this computer really encrypts. Null before the first check, because the check may make the keychain ask something. */
  private encrypted: boolean | null = null;

  constructor(private readonly deps: KeptPageDeps) {
    this.forgetUnwanted();
  }

  /** What the window may offer for a profile. */
  stateFor(profile: Profile | null): AppState['keepPage'] {
    const where = profile?.browser?.form === undefined ? 'page' : 'form';
    if (!profile || !this.allows(profile)) return { offered: false, wanted: false, why: null, where };
    const offered = this.encrypted === true;
    return { offered, wanted: offered && this.wants(profile.id), why: this.encrypted === false ? 'no-encryption' : null, where };
  }

  /** The profiles whose page sign-in is kept. */
  get all(): AppState['pageSignIns'] {
    return [...this.deps.files.all].map(([profileId, usedAt]) => ({ profileId, usedAt }));
  }

  /** Checks whether this computer encrypts, if that matters for this profile. Never rejects, and has a time limit. */
  async probe(profile: Profile): Promise<void> {
    if (!this.allows(profile)) return;
    const looking = this.deps.files.isEncrypted().then((encrypted) => this.setEncrypted(encrypted));
    if (!(await atMost(probeTimeoutMs, looking)) && this.encrypted === null) this.setEncrypted(false);
  }

  /** Takes the person's choice. Fails with `not-now` if keeping is not offered. */
  choose(profile: Profile, keep: boolean): void {
    if (!keep) {
      this.forget(profile.id);
      return;
    }
    if (!this.stateFor(profile).offered) throw fail('not-now');
    this.deps.settings.update(({ keptPages }) => ({ keptPages: [...new Set([...keptPages, profile.id])] }));
    this.deps.changed();
  }

  /** Forgets what is kept for a profile, and the person's choice. Never throws: if a file cannot be removed, the person is told. */
  forget(profileId: string): void {
    const { settings, changed } = this.deps;
    if (this.wants(profileId)) settings.update(({ keptPages }) => ({ keptPages: keptPages.filter((each) => each !== profileId) }));
    this.remove(profileId);
    changed();
  }

  /** For the page of one attempt. Null if nothing may be kept, whatever the person chooses while the page is open. */
  keeperFor(profile: Profile): PageKeeper | null {
    if (!this.allows(profile)) return null;
    const { files, tell, now } = this.deps;
    const params = { campus: profile.name };
    return {
      read: async () => {
        if (!this.wants(profile.id)) return [];
        try {
          // If the keychain is locked, the file may still be good later, so it stays
          return (await files.isEncrypted()) ? await files.read(profile.id) : [];
        } catch (error) {
          tell({ ...failureOf(error), params });
          this.remove(profile.id);
          return [];
        }
      },
      keep: async ({ kept, tooMany }) => {
        if (!this.wants(profile.id) || !(await files.isEncrypted())) return;
        try {
          if (kept.length > 0) await files.write(profile.id, kept, now());
          // The page may have removed all its cookies, or the person may have pressed Forget in the meantime
          if (kept.length === 0 || !this.wants(profile.id)) this.remove(profile.id);
        } catch (error) {
          tell({ ...failureOf(error), params });
        }
        const [host] = tooMany;
        if (host !== undefined) tell({ code: 'page-sign-in-too-many', params: { host: host.replace(/^\./, '') } });
        this.deps.changed();
      },
    };
  }

  private remove(profileId: string): void {
    try {
      this.deps.files.forget(profileId);
    } catch (error) {
      this.deps.tell(failureOf(error));
    }
  }

  private setEncrypted(encrypted: boolean): void {
    if (this.encrypted === encrypted) return;
    this.encrypted = encrypted;
    this.deps.changed();
  }

  private allows(profile: Profile): boolean {
    return this.deps.isAllowed() && profile.browser?.keep === true;
  }

  private wants(profileId: string): boolean {
    return this.deps.settings.get().keptPages.includes(profileId);
  }

  /** Removes the files of profiles that are gone or no longer allow it, and all files if policy forbids it. */
  forgetUnwanted(): void {
    const { settings, files } = this.deps;
    const profiles = settings.get().profiles.filter((profile) => this.allows(profile));
    const isAllowed = (profileId: string): boolean => profiles.some(({ id }) => id === profileId);
    for (const profileId of [...files.all.keys()].filter((each) => !isAllowed(each) || !this.wants(each))) this.remove(profileId);
    if (!settings.get().keptPages.every(isAllowed)) settings.update(({ keptPages }) => ({ keptPages: keptPages.filter(isAllowed) }));
  }
}
