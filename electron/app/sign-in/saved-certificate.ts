import type { Profile } from '../../../shared/profile.ts';
import type { Answer, Prompt } from '../../../shared/prompt.ts';
import type { PreparedAnswer } from '../../access/prompts.ts';
import { entryOf } from '../../storage/settings-file.ts';
import type { Settings } from '../../storage/settings.ts';

/**
 * Remembers, for each profile, the path of the client certificate that worked. It stores neither the file's contents nor
 * its passphrase.
 */
export class SavedCertificates {
  private chosen: { profileId: string; file: string } | null = null;

  constructor(private readonly settings: Settings) {}

  /** Answers with last time's file, once in each attempt. The person is asked if there is none or it did not work. */
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

  /** Notes the file that the person chose. */
  note(profileId: string, prompt: Prompt, answer: Answer): void {
    if (prompt.kind !== 'client-certificate' || answer.kind !== 'client-certificate' || answer.file === undefined) return;
    this.chosen = { profileId, file: answer.file };
  }

  /** Saves the path of the file after the sign-in worked. */
  worked(profileId: string): void {
    const { chosen } = this;
    this.chosen = null;
    if (chosen?.profileId !== profileId) return;
    this.settings.update(({ clientCertificates }) => ({ clientCertificates: { ...clientCertificates, [profileId]: chosen.file } }));
  }
}
