import { expect } from 'vitest';
import { createPortal } from '../../../campus/portal/portal.ts';
import { openTestServices, type TestServices } from './campus-services.ts';
import { fetchIn } from './quoted-names.ts';
import { serve, Visitor, type Shown } from './visitor.ts';

/** A portal over real services, and visitors to it. */
export async function openTestPortal(options: { numberMatching?: boolean } = {}) {
  const services = await openTestServices(options);
  const { directory, factors, signIns, now } = services;
  const site = await serve(
    createPortal({
      directory,
      factors,
      signIns,
      now,
      address: 'https://2fa.campus.test/',
      campusId: 'campus.test',
      recoveryAddress: 'https://recovery.campus.test/',
    }),
  );
  return {
    ...services,
    origin: site.origin,
    visitor: (language?: string) => new Visitor(site.origin, ...(language === undefined ? [] : [fetchIn(language)])),
    async signedIn(person: { userId: string; password: string }): Promise<{ visitor: Visitor; home: Shown }> {
      const visitor = new Visitor(site.origin);
      const home = await visitor.submit(await visitor.get('/'), 'Sign in', { userId: person.userId, password: person.password });
      expect(home.path).toBe('/home');
      return { visitor, home };
    },
    async close() {
      await site.close();
      await services.close();
    },
  };
}
export type TestPortal = Awaited<ReturnType<typeof openTestPortal>>;

/** Answers the push that waits on a phone. */
export async function answerPush({ factors }: Pick<TestServices, 'factors'>, phone: string, decision: 'approve' | 'deny', number?: string) {
  const [push] = factors.waiting(phone);
  if (!push) throw new Error(`no push waits on ${phone}`);
  if (decision === 'approve') return await factors.approve(phone, push.id, number);
  await factors.deny(phone, push.id);
  return true;
}

/** The text of the element with this id. */
export function textById({ html }: Shown, id: string): string {
  return new RegExp(`id="${id}"[^>]*>([^<]*)<`).exec(html)?.[1]?.trim() ?? '';
}
