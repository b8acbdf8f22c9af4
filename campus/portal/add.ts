import { toString as drawQrCode } from 'qrcode';
import * as z from 'zod';
import { within } from '../../shared/abort.ts';
import { typedName, typedPasscode } from '../pages/forms.ts';
import { trusted } from '../pages/html.ts';
import { json, redirect } from '../pages/reply.ts';
import { deviceKinds, platforms } from '../document.ts';
import type { Enrolment } from '../services.ts';
import { donePage, installedPage, platformPage, scanPage, typePage } from './add-pages.ts';
import { addGate } from './gate.ts';
import { orTell, type Detour, type Guest, type PortalSite } from './site.ts';
import { nothingAdded } from './state.ts';

const kindForm = z.object({ kind: z.enum(deviceKinds) });
const platformForm = z.object({ platform: z.enum(platforms) });
const otherAppForm = z.object({ passcode: typedPasscode, name: typedName });

/** How long one request of the scan page waits. The page then asks again. */
const longPollMs = 25_000;

type Step = 'type' | 'platform' | 'installed' | 'scan';

/** Add a new Device: confirm → type → platform → installed → scan → prove it → done. */
export function addAdding(site: PortalSite): void {
  const { factors } = site.options;

  const enrolmentOf = (guest: Guest): Enrolment | null => {
    const id = guest.at.adding.enrolmentId;
    return id === null ? null : factors.enrolment(id);
  };

  /** Each step needs the previous one and a recent second factor. */
  const turn =
    (step: Step): Detour =>
    (guest) => {
      const { adding } = guest.at;
      if (!site.confirmed(guest)) return '/add/confirm';
      if (step === 'type') return null;
      if (adding.kind === null) return '/add/type';
      if (step === 'platform') return null;
      if (adding.platform === null) return '/add/platform';
      if (step === 'installed') return null;
      return adding.enrolmentId === null ? '/add/installed' : null;
    };

  addGate(site, {
    gate: '/add/confirm',
    words: 'add',
    detour: (guest) => (site.confirmed(guest) ? '/add/type' : null),
    preselect: (_guest, devices) => devices.find((device) => device.isDefault),
    accepted: () => undefined,
    next: '/add/type',
  });

  site.get('/add/type', (guest) => typePage(site, guest), turn('type'));
  site.post(
    '/add/type',
    kindForm,
    (guest, { kind }) => {
      guest.at.adding = { ...nothingAdded, kind };
      return redirect('/add/platform');
    },
    turn('type'),
  );

  site.get('/add/platform', (guest) => platformPage(site, guest), turn('platform'));
  site.post(
    '/add/platform',
    platformForm,
    (guest, { platform }) => {
      guest.at.adding.platform = platform;
      return redirect('/add/installed');
    },
    turn('platform'),
  );

  site.get('/add/installed', (guest) => installedPage(site, guest), turn('installed'));
  site.post(
    '/add/installed',
    z.object({}),
    (guest) => {
      const { kind, platform } = guest.at.adding;
      if (kind === null || platform === null) return redirect('/add/type');
      guest.at.adding.enrolmentId = factors.startEnrolment(guest.at.person.userId, kind, platform).id;
      return redirect('/add/scan');
    },
    turn('installed'),
  );

  site.get(
    '/add/scan',
    async (guest) => {
      const enrolment = enrolmentOf(guest);
      const qrCode = enrolment && trusted(await drawQrCode(enrolment.uri, { type: 'svg', margin: 3, errorCorrectionLevel: 'L' }));
      return scanPage(site, guest, enrolment && qrCode ? { enrolment, qrCode } : null);
    },
    turn('scan'),
  );
  site.get('/add/scan/wait', async (guest) => {
    const enrolment = enrolmentOf(guest);
    if (!enrolment || enrolment.device) return json({ changed: true });
    const enough = within(longPollMs, guest.visit.req.raw.signal);
    const activated = await factors.activated(enrolment.id, enough);
    return json({ changed: activated || enrolmentOf(guest) === null });
  });
  // Continue to Login
  site.post(
    '/add/scan',
    z.object({}),
    (guest) => {
      if (enrolmentOf(guest)?.device) return redirect('/add/finish');
      guest.at.tooEarly.put(true);
      return redirect('/add/scan');
    },
    turn('scan'),
  );
  // An authenticator app other than Duo Mobile does not report the scan. Its code shows it, and proves the device too
  site.post(
    '/add/scan/code',
    otherAppForm,
    (guest, { passcode, name }) =>
      orTell(guest, '/add/scan', async () => {
        const enrolment = enrolmentOf(guest);
        if (!enrolment) return redirect('/add/scan');
        const device = await factors.activateByCode(enrolment.id, passcode, name);
        if (!device) guest.at.lastTry.put({ failure: { code: 'passcode-wrong' } });
        guest.at.adding.done = device !== null;
        return redirect(device ? '/add/done' : '/add/scan');
      }),
    turn('scan'),
  );

  addGate(site, {
    gate: '/add/finish',
    words: 'finish',
    detour: (guest) => {
      if (guest.at.adding.done) return '/add/done';
      return enrolmentOf(guest)?.device ? null : '/add/scan';
    },
    preselect: (guest, devices) => devices.find(({ id }) => id === enrolmentOf(guest)?.device?.id),
    accepted: (guest) => {
      guest.at.adding.done = true;
    },
    next: '/add/done',
  });

  site.get('/add/done', (guest) => (guest.at.adding.done ? donePage(site, guest, enrolmentOf(guest)?.device ?? null) : redirect('/home')));
}
