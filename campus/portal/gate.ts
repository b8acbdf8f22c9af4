import * as z from 'zod';
import { plainPasscode } from '../../shared/prompt.ts';
import { typedPasscode } from '../pages/forms.ts';
import { settles } from '../pages/long-poll.ts';
import { json, redirect } from '../pages/reply.ts';
import { choosePage, lockedPage, noFactorPage, passcodePage, pushPage } from './gate-pages.ts';
import type { GateRules } from './gate-rules.ts';
import { orTell, type Guest, type PortalSite } from './site.ts';
import { confirmedMs, type PortalPush } from './state.ts';

const choice = z.discriminatedUnion('method', [
  z.object({ method: z.literal('push'), device: z.string().min(1).max(200) }),
  z.object({ method: z.literal('passcode'), passcode: typedPasscode }),
]);
const passcodeForm = z.object({ passcode: typedPasscode });

/** Adds the pages of one gate: choose, push, passcode. */
export function addGate(site: PortalSite, rules: GateRules): void {
  const { factors, now } = site.options;
  const { gate } = rules;
  const pushPath = `${gate}/push`;
  const passcodePath = `${gate}/passcode`;

  const accept = (guest: Guest) => {
    guest.at.confirmedUntil = now() + confirmedMs;
    rules.accepted(guest);
  };
  const userOf = (guest: Guest) => guest.at.person.userId;
  /** The push of this gate, not one that another page of the session sent. */
  const pushOf = (guest: Guest) => (guest.at.push?.gate === gate ? guest.at.push : null);

  async function sendPush(guest: Guest, device: string) {
    return await orTell(guest, gate, async () => {
      guest.at.push?.push.cancel();
      const push = await factors.startPush(userOf(guest), device, 'portal');
      const sent: PortalPush = { push, gate, outcome: null };
      guest.at.push = sent;
      void push.outcome.then((outcome) => {
        sent.outcome = outcome;
        // A push that was withdrawn or replaced no longer counts
        if (outcome === 'approved' && guest.at.push === sent) accept(guest);
      });
      return redirect(pushPath);
    });
  }

  async function checkPasscode(guest: Guest, typed: string) {
    const passcode = plainPasscode(typed);
    if (passcode === '') return redirect(passcodePath);
    return await orTell(guest, passcodePath, async () => {
      const result = await factors.checkPasscode(userOf(guest), passcode, 'portal');
      if (result.ok) {
        accept(guest);
        return redirect(rules.next);
      }
      guest.at.lastTry.put(result);
      return redirect(passcodePath);
    });
  }

  function choose(guest: Guest) {
    const locked = factors.lockedUntil(userOf(guest));
    if (locked !== null) return lockedPage(site, guest, rules, locked);
    const devices = factors.devices(userOf(guest));
    const recovery = factors.hasRecoveryPasscode(userOf(guest), 'portal');
    if (devices.length === 0 && !recovery) return noFactorPage(site, guest);
    const pushable = devices.filter((device) => device.methods.includes('push'));
    return choosePage(site, guest, rules, {
      pushable,
      selected: rules.preselect(guest, pushable),
      lastTry: guest.at.lastTry.take(guest.visit),
    });
  }

  site.get(gate, choose, rules.detour);
  site.post(
    gate,
    choice,
    (guest, fields) => (fields.method === 'push' ? sendPush(guest, fields.device) : checkPasscode(guest, fields.passcode)),
    rules.detour,
  );

  site.get(
    passcodePath,
    (guest) => {
      const lastTry = guest.at.lastTry.take(guest.visit);
      const locked = factors.lockedUntil(userOf(guest));
      return locked === null ? passcodePage(site, guest, rules, lastTry) : lockedPage(site, guest, rules, locked);
    },
    rules.detour,
  );
  site.post(passcodePath, passcodeForm, (guest, { passcode }) => checkPasscode(guest, passcode), rules.detour);

  site.get(pushPath, (guest) => {
    const sent = pushOf(guest);
    if (sent?.outcome === 'approved') return redirect(rules.next);
    return sent ? pushPage(site, guest, rules, sent) : redirect(gate);
  });

  // Use a passcode instead of the push: the phone forgets the push
  site.post(pushPath, z.object({}), (guest) => {
    guest.at.push?.push.cancel();
    guest.at.push = null;
    return redirect(passcodePath);
  });

  site.get(`${pushPath}/wait`, async (guest) => {
    const sent = pushOf(guest);
    if (sent?.outcome !== null) return json({ changed: true });
    return json({ changed: await settles(sent.push.outcome, guest.visit) });
  });
}
