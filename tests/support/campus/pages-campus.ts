import { startCampus, type Campus, type CampusOptions } from '../../../campus/campus.ts';
import { sender } from './campus-child.ts';
import { Visitor, type Shown } from './visitor.ts';

export interface SignInPerson {
  userId: string;
  password: string;
}

/** A page-based campus on a clock that tests move, and how people come to it without scripts. */
export async function openPagesCampus(options: CampusOptions = {}) {
  // Just after a code began, so that it lasts for the whole test
  const clock = { at: Math.floor(Date.now() / 30_000) * 30_000 + 1_000 };
  const campus = await startCampus({ signIn: 'pages', notice: null, now: () => clock.at, ...options });
  const { factors } = campus.services;
  const send = sender(campus.authority.pem);
  const hostOf = (name: string): string => `https://${name}.campus.test:${campus.port}`;

  /** A browser of its own, of somebody who reads this language. */
  const visitor = (language = 'en'): Visitor =>
    new Visitor(hostOf('vpn'), (address, init) => {
      const headers = new Headers(init.headers);
      headers.set('accept-language', language);
      return send(address, { ...init, headers });
    });

  return {
    campus,
    clock,
    hostOf,
    visitor,
    /** The sign-in form, filled in and sent as its script does it. */
    async enter(browser: Visitor, { userId, password }: SignInPerson): Promise<Shown> {
      const form = await browser.get('/');
      return browser.sendForm(form, 'loginForm', { UserName: `${userId}@campus.test`, Password: password });
    },
    /** Approves the push that waits on a phone. */
    async approve(phone: string, number?: string): Promise<boolean> {
      return factors.approve(phone, factors.waiting(phone)[0]?.id ?? '', number);
    },
    /** The code that this phone shows. */
    code: (phone: string): string => factors.accounts(phone)[0]?.code ?? '',
    /** From Duo's last page to the gateway: what the browser is asked there, and then the response sent on. */
    async goOn(browser: Visitor, trust: Shown, label: string): Promise<Shown> {
      return browser.sendForm(await browser.submit(trust, label), 'hiddenform');
    },
    close: () => campus.stop(),
  };
}
export type PagesCampus = Awaited<ReturnType<typeof openPagesCampus>>;

/** The campus's own records of who is signed in. */
export const sessionsOf = (campus: Campus, { userId }: SignInPerson) =>
  campus.records.sessions().filter((session) => session.userId === userId);
