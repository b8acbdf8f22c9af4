import { fail } from '../../../shared/failure.ts';
import type { Parts, Verbs } from '../parts.ts';
import { discover } from './discovery.ts';

type ProfileVerbs = Pick<
  Verbs,
  'previewAddress' | 'previewFile' | 'acceptPreview' | 'declinePreview' | 'selectProfile' | 'removeProfile' | 'forgetCertificate'
>;

/** The calls for the saved profiles and the one that waits for the person's decision. */
export function profileVerbs(parts: Parts): ProfileVerbs {
  const { profileStore, controller, savedSignIn, desktop } = parts;
  /** Fails with `not-now` during a session, which keeps the profile that it started with. */
  const onlyAtRest = (): void => {
    if (controller.state.kind !== 'idle') throw fail('not-now');
  };
  return {
    previewAddress: ({ address }) => discover(parts, address),
    async previewFile() {
      const file = await desktop.chooseProfileFile();
      if (file) parts.update(() => profileStore.previewText(file.text, file.name));
    },
    async acceptPreview() {
      onlyAtRest();
      const { displaced } = profileStore;
      if (displaced) await savedSignIn.forget(displaced.id);
      parts.update(() => profileStore.acceptPreview());
    },
    async declinePreview() {
      parts.update(() => profileStore.declinePreview());
    },
    async selectProfile({ profileId }) {
      onlyAtRest();
      parts.update(() => profileStore.select(profileId));
    },
    async removeProfile({ profileId }) {
      onlyAtRest();
      await savedSignIn.forget(profileStore.find(profileId).id);
      parts.update(() => profileStore.remove(profileId));
    },
    async forgetCertificate({ host }) {
      parts.update(() => profileStore.forgetAccepted(host));
    },
  };
}
