import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { triesInAll, triesPerUser } from '../../../campus/recovery/recovery-service.ts';
import { createRecovery } from '../../../campus/recovery/recovery.ts';
import {
  passcodeReplySchema,
  portalSignInSchema,
  recoveryErrorSchema,
  recoveryPaths,
  rolesReplySchema,
  verifyReplySchema,
} from '../../../shared/recovery.ts';
import { kit, mei, openTestServices, type TestServices } from '../../support/campus/campus-services.ts';
import { textById } from '../../support/campus/portal-visit.ts';
import { serve, textOf, Visitor, type Shown } from '../../support/campus/visitor.ts';

let services: TestServices;
let site: { origin: string; close: () => Promise<void> };
beforeEach(async () => {
  services = await openTestServices();
  site = await serve(createRecovery({ ...services, address: 'https://recovery.campus.test/' }));
});
afterEach(async () => {
  await site.close();
  await services.close();
});

const identityOf = ({ role, userId, dateOfBirth, lastFour }: typeof kit) => ({ role, userId, dateOfBirth, lastFour });

/** One call of the JSON interface. */
async function call(path: string, body: unknown): Promise<{ status: number; reply: unknown; headers: Headers }> {
  const response = await fetch(new URL(path, site.origin), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, reply: await response.json(), headers: response.headers };
}
const verify = async (person = kit) => verifyReplySchema.parse((await call(recoveryPaths.verify, identityOf(person))).reply).token;

async function errorOf(answer: ReturnType<typeof call>, status: number) {
  const { status: actual, reply } = await answer;
  expect(actual).toBe(status);
  return recoveryErrorSchema.parse(reply);
}

describe('the recovery pages', () => {
  async function toOptions(visitor: Visitor, person = kit): Promise<Shown> {
    const identity = await visitor.follow(await visitor.get('/'), person.role === 'student' ? 'Student' : 'Staff');
    return await visitor.submit(identity, 'Verify', { userId: person.userId, dateOfBirth: person.dateOfBirth, lastFour: person.lastFour });
  }

  test('the recovery pages lead from the role to the passcode, which is shown once and works', async () => {
    const visitor = new Visitor(site.origin);
    const options = await toOptions(visitor);
    expect(options.path).toBe('/options');
    expect(textOf(options)).toContain('Get 2FA Passcode');
    const password = await visitor.submit(options, 'Next');
    expect(password.path).toBe('/password');
    const shown = await visitor.submit(password, 'Next', { password: kit.password });
    expect(shown.path).toBe('/passcode');
    const passcode = textById(shown, 'passcode');
    expect(passcode).toMatch(/^\d{3} \d{3} \d{3}$/);
    expect(await services.factors.checkPasscode(kit.userId, passcode, 'gateway')).toEqual({ ok: true, via: 'recovery' });

    const again = await visitor.get('/passcode');
    expect(again.html).not.toContain(passcode);
    expect(textOf(again)).toContain('was shown already');
  });

  test('the recovery pages say the same whatever part of the identity is wrong, and keep what was typed', async () => {
    const wrong = [
      { userId: 'no.body' },
      { userId: mei.userId },
      { dateOfBirth: '2005-08-28' },
      { dateOfBirth: 'yesterday' },
      { lastFour: '559X' },
      { lastFour: '5' },
    ];
    const alerts = new Set<string>();
    for (const part of wrong) {
      const visitor = new Visitor(site.origin);
      const typed = { userId: kit.userId, dateOfBirth: kit.dateOfBirth, lastFour: kit.lastFour, ...part };
      const shown = await visitor.submit(await visitor.get('/identity/student'), 'Verify', typed);
      expect(shown.path).toBe('/identity/student');
      for (const value of Object.values(typed)) expect(shown.html).toContain(`value="${value}"`);
      alerts.add(/role="alert">(.*?)<\/div>/s.exec(shown.html)?.[1] ?? 'none');
      // Tries are counted per user ID; this test is not about that
      services.clock.at += triesPerUser.windowMs;
    }
    expect([...alerts]).toHaveLength(1);
    expect([...alerts][0]).toContain('does not match our records');
  });

  test('the role is part of the identity on the recovery pages', async () => {
    const visitor = new Visitor(site.origin);
    const typed = { userId: kit.userId, dateOfBirth: kit.dateOfBirth, lastFour: kit.lastFour };
    const shown = await visitor.submit(await visitor.get('/identity/staff'), 'Verify', typed);
    expect(textOf(shown)).toContain('does not match our records');
  });

  test('the recovery pages accept the last four characters in any case', async () => {
    const options = await toOptions(new Visitor(site.origin), { ...kit, lastFour: kit.lastFour.toLowerCase() });
    expect(options.path).toBe('/options');
  });

  test('a wrong password on the recovery pages is reported, and gives nothing', async () => {
    const visitor = new Visitor(site.origin);
    const password = await visitor.submit(await toOptions(visitor), 'Next');
    const shown = await visitor.submit(password, 'Next', { password: 'wrong' });
    expect(shown.path).toBe('/password');
    expect(textOf(shown)).toContain('This password is not right');
    expect(services.factors.hasRecoveryPasscode(kit.userId, 'gateway')).toBe(false);
  });

  test('the recovery pages start over after ten minutes', async () => {
    const visitor = new Visitor(site.origin);
    const password = await visitor.submit(await toOptions(visitor), 'Next');
    services.clock.at += 10 * 60_000;
    const late = await visitor.submit(password, 'Next', { password: kit.password });
    expect(late.path).toBe('/');
    expect(textOf(late)).toContain('took longer than we may wait');
    expect((await visitor.get('/password')).path).toBe('/');
  });

  test('the recovery pages show nothing without a verified identity, and accept no form without its token', async () => {
    const visitor = new Visitor(site.origin);
    for (const path of ['/options', '/password', '/passcode', '/identity/dean']) expect((await visitor.get(path)).path).toBe('/');
    expect((await visitor.post('/password', { password: kit.password })).path).toBe('/');
    await toOptions(visitor);
    expect((await visitor.post('/password', { password: kit.password })).status).toBe(403);
    expect((await visitor.post('/password', { password: kit.password, csrf: 'guess' })).status).toBe(403);
  });

  test('a session planted before the identity was verified shows nothing of it', async () => {
    const visitor = new Visitor(site.origin);
    const identity = await visitor.get('/identity/student');
    const planter = new Visitor(site.origin);
    for (const [name, value] of visitor.cookies) planter.cookies.set(name, value);
    const options = await visitor.submit(identity, 'Verify', { userId: kit.userId, dateOfBirth: kit.dateOfBirth, lastFour: kit.lastFour });
    expect(options.path).toBe('/options');
    expect((await planter.get('/options')).path).toBe('/');
  });
});

describe('the recovery interface', () => {
  test('the recovery interface names the roles', async () => {
    const response = await fetch(new URL(recoveryPaths.roles, site.origin));
    expect(rolesReplySchema.parse(await response.json()).roles.map(({ id }) => id)).toEqual(['student', 'staff']);
  });

  test('the recovery interface goes from the identity to a passcode and a portal sign-in', async () => {
    const token = await verify();
    const issued = passcodeReplySchema.parse((await call(recoveryPaths.passcode, { token, password: kit.password })).reply);
    expect(issued.expiresAt - services.clock.at).toBe(60 * 60_000);
    expect(await services.factors.checkPasscode(kit.userId, issued.passcode, 'portal')).toMatchObject({ ok: true });
    for (let times = 0; times < 2; times++) {
      const signIn = portalSignInSchema.parse((await call(recoveryPaths.portalSignIn, { token })).reply);
      expect(signIn.action).toMatch(/^https:\/\/2fa\.campus\.test\//);
      expect(services.signIns.redeem(signIn.token)).toBe(kit.userId);
    }
  });

  test('the recovery interface gives no portal sign-in before the passcode', async () => {
    const token = await verify();
    expect((await errorOf(call(recoveryPaths.portalSignIn, { token }), 410)).error).toBe('recovery-timed-out');
    await call(recoveryPaths.passcode, { token, password: 'wrong' });
    expect((await errorOf(call(recoveryPaths.portalSignIn, { token }), 410)).error).toBe('recovery-timed-out');
  });

  test('the recovery interface says the same whatever part of the identity is wrong', async () => {
    const wrong = [{ userId: 'no.body' }, { role: 'staff' }, { role: 'dean' }, { dateOfBirth: '1999-01-01' }, { lastFour: '0000' }];
    for (const part of wrong) {
      const answer = call(recoveryPaths.verify, { ...identityOf(kit), ...part });
      expect(await errorOf(answer, 403)).toEqual({ error: 'recovery-identity' });
      services.clock.at += triesPerUser.windowMs;
    }
  });

  test('the recovery interface limits the tries for one user ID, and says until when', async () => {
    const begun = services.clock.at;
    for (let tries = 0; tries < triesPerUser.tries; tries++) {
      await errorOf(call(recoveryPaths.verify, { ...identityOf(kit), lastFour: '0000' }), 403);
      services.clock.at += 1000;
    }
    // Even with the right identity, and however the ID is written
    const untilAt = begun + triesPerUser.windowMs;
    for (const userId of [kit.userId, kit.userId.toUpperCase()]) {
      const answer = await call(recoveryPaths.verify, { ...identityOf(kit), userId });
      expect(answer.status).toBe(429);
      expect(recoveryErrorSchema.parse(answer.reply)).toEqual({ error: 'recovery-limited', params: { untilAt } });
      expect(Number(answer.headers.get('retry-after'))).toBe((untilAt - services.clock.at) / 1000);
    }
    expect(await verify(mei)).not.toBe('');
    services.clock.at = untilAt;
    expect(await verify()).not.toBe('');
  });

  test('the recovery interface limits the tries in total', async () => {
    for (let tries = 0; tries < triesInAll.tries; tries++) {
      await errorOf(call(recoveryPaths.verify, { ...identityOf(kit), userId: `user${tries}` }), 403);
    }
    expect((await errorOf(call(recoveryPaths.verify, identityOf(mei)), 429)).error).toBe('recovery-limited');
    services.clock.at += triesInAll.windowMs;
    expect(await verify(mei)).not.toBe('');
  });

  test('the recovery interface does not count right answers', async () => {
    for (let tries = 0; tries < triesPerUser.tries * 2; tries++) expect(await verify()).not.toBe('');
  });

  test('the recovery interface counts passwords towards its own limit and the directory’s lock', async () => {
    const token = await verify();
    for (let tries = 0; tries < triesPerUser.tries; tries++) {
      expect((await errorOf(call(recoveryPaths.passcode, { token, password: 'wrong' }), 403)).error).toBe('recovery-password');
    }
    expect((await errorOf(call(recoveryPaths.passcode, { token, password: kit.password }), 429)).error).toBe('recovery-limited');
    for (let tries = triesPerUser.tries; tries < 9; tries++)
      expect(await services.directory.checkPassword(kit.userId, 'wrong')).toBe(false);
    services.clock.at += triesPerUser.windowMs;
    const locked = await errorOf(call(recoveryPaths.passcode, { token: await verify(), password: 'wrong' }), 429);
    expect(locked).toEqual({ error: 'account-locked', params: { untilAt: services.clock.at + 10 * 60_000 } });
  });

  test('a burst of guesses at the recovery interface gets no more tries', async () => {
    const token = await verify();
    const burst = await Promise.all(Array.from({ length: 12 }, () => call(recoveryPaths.passcode, { token, password: 'wrong' })));
    expect(burst.filter(({ status }) => status === 403)).toHaveLength(triesPerUser.tries);
  });

  test('a token of the recovery interface is valid for ten minutes', async () => {
    const token = await verify();
    services.clock.at += 10 * 60_000 - 1;
    passcodeReplySchema.parse((await call(recoveryPaths.passcode, { token, password: kit.password })).reply);
    services.clock.at += 1;
    expect((await errorOf(call(recoveryPaths.passcode, { token, password: kit.password }), 410)).error).toBe('recovery-timed-out');
    expect((await errorOf(call(recoveryPaths.portalSignIn, { token }), 410)).error).toBe('recovery-timed-out');
    expect((await errorOf(call(recoveryPaths.passcode, { token: 'made-up', password: 'x' }), 410)).error).toBe('recovery-timed-out');
  });

  test.each([
    ['not JSON', 'application/json', '{"token":', 400],
    ['another type', 'text/plain', '{}', 400],
    ['a form', 'application/x-www-form-urlencoded', 'token=x', 400],
    ['not an object', 'application/json', '[]', 400],
    ['too large', 'application/json', JSON.stringify({ token: 'x'.repeat(20_000) }), 413],
  ])('the recovery interface refuses a body that is %s, in JSON', async (_what, type, body, status) => {
    for (const path of [recoveryPaths.verify, recoveryPaths.passcode, recoveryPaths.portalSignIn]) {
      const response = await fetch(new URL(path, site.origin), { method: 'POST', headers: { 'content-type': type }, body });
      expect(response.status).toBe(status);
      expect(recoveryErrorSchema.parse(await response.json()).error).toBe('request-invalid');
    }
  });

  test('the recovery interface refuses other methods and paths, in JSON', async () => {
    const got = await fetch(new URL(recoveryPaths.verify, site.origin));
    expect(got.status).toBe(405);
    expect(recoveryErrorSchema.parse(await got.json()).error).toBe('request-invalid');
    expect((await errorOf(call('/api/recovery/v1/nothing', {}), 404)).error).toBe('request-invalid');
    expect((await errorOf(call(recoveryPaths.roles, {}), 405)).error).toBe('request-invalid');
  });
});
