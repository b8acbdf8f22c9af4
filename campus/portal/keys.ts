import * as z from 'zod';
import type { SecurityKeys } from '../factors/security-keys.ts';
import { registrationSchema } from '../factors/webauthn.ts';
import { typedName } from '../pages/forms.ts';
import { redirect } from '../pages/reply.ts';
import { addKeyPage, keysPath } from './keys-pages.ts';
import { orTell, type Detour, type PortalSite } from './site.ts';

const addForm = registrationSchema.extend({ name: typedName });

/** Adding and removing security keys, for people who confirmed that it is them. */
export function addKeys(site: PortalSite, keys: SecurityKeys): void {
  const unconfirmed: Detour = (guest) => (site.confirmed(guest) ? null : '/devices/confirm');
  const addPath = `${keysPath}/add`;

  site.get(
    addPath,
    (guest) => {
      const request = keys.request('add', guest.at.person.userId);
      guest.at.challenge = request.challenge;
      return addKeyPage(site, guest, request);
    },
    unconfirmed,
  );

  site.post(
    addPath,
    addForm,
    (guest, { name, ...answer }) => {
      const { challenge } = guest.at;
      guest.at.challenge = null;
      if (challenge === null) return redirect(addPath);
      return orTell(guest, addPath, async () => {
        await keys.add(guest.at.person.userId, name, challenge, answer);
        return redirect('/devices');
      });
    },
    unconfirmed,
  );

  site.post(
    `${keysPath}/:id/remove`,
    z.object({}),
    (guest) =>
      orTell(guest, '/devices', async () => {
        await keys.remove(guest.at.person.userId, guest.visit.req.param('id') ?? '');
        return redirect('/devices');
      }),
    unconfirmed,
  );
}
