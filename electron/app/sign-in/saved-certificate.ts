import type { Profile } from '../../../shared/profile.ts';
import type { Answer, Prompt } from '../../../shared/prompt.ts';
import type { PreparedAnswer } from '../../access/prompts.ts';
import { entryOf } from '../../storage/settings-file.ts';
import type { Settings } from '../../storage/settings.ts';

/**
 * Where a person keeps the certificate that they show to a gateway: the place of the file, by profile, once it has
 * worked. Neither its contents nor its passphrase.
 */
export class SavedCertificates {
  private given: { profileId: string; file: string } | null = null;

  constructor(private readonly settings: Settings) {}

  /** Names the file of last time, once an attempt; the person is asked where there is none or it did not do. */
  preparedFor(profile: Profile): PreparedAnswer {
    let used = false;
    return async (prompt) => {
      if (prompt.kind !== 'client-certificate' || used || prompt.failure || prompt.wantsPassphrase || prompt.file !== undefined)
        return null;
      const file = entryOf(this.settings.get().clientCertificates, profile.id);
      if (file === null) return null;
      used = true;
      return { kind: 'client-certificate', file };
    };
  }

  /** Notes the file that the person named. */
  note(profileId: string, prompt: Prompt, answer: Answer): void {
    if (prompt.kind !== 'client-certificate' || answer.kind !== 'client-certificate' || answer.file === undefined) return;
    this.given = { profileId, file: answer.file };
  }

  /** The sign-in worked: the place of the file is remembered. */
  worked(profileId: string): void {
    const { given } = this;
    this.given = null;
    if (given?.profileId !== profileId) return;
    this.settings.update(({ clientCertificates }) => ({ clientCertificates: { ...clientCertificates, [profileId]: given.file } }));
  }
}
