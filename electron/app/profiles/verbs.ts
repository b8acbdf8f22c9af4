import { fail } from '../../../shared/failure.ts';
import type { Parts, Verbs } from '../parts.ts';
import { discover, findCampus } from './discovery.ts';

type ProfileVerbs = Pick<
  Verbs,
  | 'previewAddress'
  | 'previewCampus'
  | 'previewPublished'
  | 'previewFile'
  | 'acceptPreview'
  | 'declinePreview'
  | 'selectProfile'
  | 'removeProfile'
  | 'forgetCertificate'
>;

/** The calls for the saved profiles and the one that waits for the person's decision. */
export function profileVerbs(parts: Parts): ProfileVerbs {
  const { profileStore, controller, savedSignIn, desktop } = parts;
  /** Fails with `not-now` during a session, which keeps the profile that it started with. */
  const onlyAtRest = (): void => {
    if (controller.state.kind !== 'idle') throw fail('not-now');
  };
  return {
    previewAddress: ({ address }) => findCampus(parts, address),
    async previewCampus({ id }) {
      const campus = (await parts.campuses()).find(({ read }) => read.profile.id === id);
      if (!campus) throw fail('not-now');
      parts.update(() => profileStore.previewShipped(campus));
    },
    async previewPublished() {
      const shipped = profileStore.preview?.shipped;
      if (!shipped) throw fail('not-now');
      await discover(parts, shipped.domain);
    },
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
      if (parts.policy.isManaged(profileId)) throw fail('policy-locked');
      await savedSignIn.forget(profileStore.find(profileId).id);
      parts.update(() => profileStore.remove(profileId));
    },
    async forgetCertificate({ host }) {
      parts.update(() => profileStore.forgetAccepted(host));
    },
  };
}
