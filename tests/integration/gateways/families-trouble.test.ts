import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Prompt } from '../../../shared/prompt.ts';
import {
  credentials,
  failsWith,
  missingLibrary,
  passcode,
  person,
  startDriver,
  targetFor,
  type DriverBench,
  type Script,
} from '../../peers/openconnect-bench.ts';
import { startFamily, type Family, type FamilyGateway, type Pages, type Reply } from '../../peers/gateways/other-families.ts';
import { awaitedLater } from '../../support/awaited-later.ts';

const html = (body: string): Reply => ({ headers: { 'content-type': 'text/html' }, body: `<html><body>${body}</body></html>` });
const form = (inputs: string, above = ''): Reply =>
  html(`${above}<form name="frmLogin" id="auth_form" method="post" action="/my.policy">${inputs}</form>`);
const login = '<input type="text" name="username"><input type="password" name="password">';
const heading = (text: string): string => `<table><tr><td id="credentials_table_header">${text}</td></tr></table>`;
const prelogin = (message: string): Reply => ({
  body: `<?xml version="1.0"?><prelogin-response><status>Success</status><authentication-message>${message}</authentication-message><username-label>NetID</username-label><password-label>Password</password-label></prelogin-response>`,
});
/** The user and the password are taken, and this is asked. */
const challenge =
  (message: string): Pages =>
  ({ path }) => {
    if (path.includes('prelogin.esp')) return prelogin('Enter your campus sign-in');
    if (path.includes('getconfig.esp'))
      return {
        body: '<?xml version="1.0"?><policy><gateways><external><list><entry name="gp.campus.test"><description>Main site</description></entry></list></external></gateways></policy>',
      };
    return { body: `var respStatus = "Challenge";\nvar respMsg = "${message}";\nthisForm.inputStr.value = "abc123";\n` };
  };
const token = (message: string, turn: number): Reply => ({
  body: `ret=2,reqid=${turn},polid=1-1,grp=students,portal=full,peer=,magic=1-7,tokeninfo=ftm,chal_msg=${message}`,
});
const fortinet =
  (next: () => Reply): Pages =>
  ({ path }) =>
    path === '/remote/logincheck' ? next() : html('sign in');

const long = 'x'.repeat(10 * 1024 * 1024);
const many = Array.from({ length: 1000 }, (_, index) => `<input type="text" name="field${index}">`).join('');
const upsideDown = 'Sign\u202E in\u200B here\u0085';

describe.skipIf(missingLibrary() !== null)('hostile gateways of other families', () => {
  let bench: DriverBench;
  let gateway: FamilyGateway | null = null;
  beforeAll(async () => {
    bench = await startDriver();
  });
  afterEach(() => gateway?.stop());
  afterAll(() => bench.driver.stop());

  const signIn = async (family: Family | 'nc', pages: Pages, script: Script) => {
    const at = (gateway = await startFamily(family, pages));
    const who = person(script);
    const session = awaitedLater(bench.driver.signIn(targetFor(at.profile()), who.ask, new AbortController().signal));
    return { at, who, session };
  };
  const mei = credentials('mei', 'harbour');
  const toTheEnd: Script = {
    credentials: mei,
    passcode: passcode('123456'),
    fields: { kind: 'fields', values: {} },
    notice: { kind: 'notice', proceed: true },
  };

  test.each<[string, Family | 'nc', Pages]>([
    ['ten megabytes of form', 'nc', () => form(login, `<p>${long}</p>`)],
    ['ten megabytes of form', 'f5', () => form(login, heading(long))],
    ['ten megabytes of form', 'gp', () => prelogin(long)],
    ['ten megabytes of question', 'fortinet', fortinet(() => token(long, 1))],
    // No form for its library, which asks its own again: a hundred times
    ['ten megabytes of answer', 'array', () => html(long)],
    ['a thousand fields', 'nc', () => form(many)],
    ['a thousand fields', 'f5', () => form(many)],
  ])(
    'a gateway that sends %s fails as gateway-protocol, and none of it is shown: %s',
    { timeout: 90_000 },
    async (_what, family, pages) => {
      const run = await signIn(family, pages, toTheEnd);
      await expect(run.session).rejects.toMatchObject(failsWith('gateway-protocol'));
      // Nothing of it was put before a person
      for (const prompt of run.who.asked) expect(JSON.stringify(prompt).length).toBeLessThan(10_000);
    },
  );

  test.each<Family | 'nc'>(['nc', 'gp', 'f5', 'fortinet', 'array'])('endless redirects fail as gateway-protocol: %s', async (family) => {
    let turn = 0;
    const run = await signIn(family, () => ({ status: 302, headers: { location: `/over/${(turn += 1)}` } }), toTheEnd);
    await expect(run.session).rejects.toMatchObject(failsWith('gateway-protocol'));
    expect(run.at.requests.length).toBeLessThan(60);
  });

  test.each<[Family | 'nc', (turn: () => number) => Pages]>([
    ['nc', (turn) => () => form(`<input type="text" name="riddle${turn()}">`)],
    ['f5', (turn) => () => form(`<input type="text" name="riddle${turn()}">`)],
    ['fortinet', (turn) => fortinet(() => token(`Riddle ${turn()}`, turn()))],
  ])('endless questions fail as gateway-protocol: %s', async (family, pages) => {
    let turn = 0;
    const run = await signIn(
      family,
      pages(() => (turn += 1)),
      toTheEnd,
    );
    await expect(run.session).rejects.toMatchObject(failsWith('gateway-protocol'));
    expect(run.who.asked.length).toBeLessThanOrEqual(100);
  });

  test.each<[Family, Pages, Script]>([
    ['gp', challenge(upsideDown), { credentials: mei, fields: 'leave' }],
    ['f5', () => form(heading(upsideDown) + login), { credentials: 'leave' }],
    ['fortinet', fortinet(() => token(upsideDown, 1)), { credentials: mei, passcode: 'leave' }],
  ])('direction marks and control characters in a gateway’s text are removed before it is shown: %s', async (family, pages, script) => {
    const run = await signIn(family, pages, script);
    await expect(run.session).rejects.toMatchObject(failsWith('cancelled'));
    const shown = run.who.asked.map((prompt: Prompt) => JSON.stringify(prompt)).join('\n');
    expect(shown).toContain('Sign in here');
    expect(shown).not.toMatch(/[\u0080-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/);
  });
});
