import { describe, expect, test } from 'vitest';
import { ana, mei } from '../../support/campus/campus-services.ts';
import { campus, clock, sessionsOf, signIn, tidyCampus, toSecondFactor } from '../../support/campus/gateway-bench.ts';
import { GatewayClient, withPasscode } from '../../support/campus/gateway-client.ts';

tidyCampus();

describe('sessions of one person', () => {
  test('a person has two sessions at most, and the third sign-in asks which to end', async () => {
    const a = await signIn('A');
    const b = await signIn('B');
    const { passcode } = await campus.services.factors.issueRecoveryPasscode(mei.userId);
    const third = await toSecondFactor(mei, 'C');
    await third.prompt('second-factor');
    third.answer(withPasscode(passcode));
    const { options, purpose } = await third.prompt('choice');
    expect(purpose).toBe('session');
    expect(options.map(({ id }) => id)).toEqual([a.granted.session, b.granted.session]);
    third.answer({ kind: 'choice', option: a.granted.session });
    const { session } = await third.next('granted');
    expect(await a.client.next('ended')).toEqual({ type: 'ended', reason: 'replaced' });
    expect(sessionsOf(mei.userId).map(({ id }) => id)).toEqual([b.granted.session, session]);
  });

  test('a sign-in replaces the session of the same installation without a question', async () => {
    const first = await signIn('A');
    const second = await signIn('A');
    expect(await first.client.next('ended')).toEqual({ type: 'ended', reason: 'replaced' });
    expect(sessionsOf(mei.userId).map(({ id }) => id)).toEqual([second.granted.session]);
  });

  test('a session that was not offered cannot be ended', async () => {
    const other = await signIn('A', ana);
    await signIn('A');
    await signIn('B');
    const { passcode } = await campus.services.factors.issueRecoveryPasscode(mei.userId);
    const third = await toSecondFactor(mei, 'C');
    await third.prompt('second-factor');
    third.answer(withPasscode(passcode));
    await third.prompt('choice');
    third.answer({ kind: 'choice', option: other.granted.session });
    expect(await third.next('refused')).toMatchObject({ code: 'request-invalid' });
    expect(sessionsOf(ana.userId)).toHaveLength(1);
  });
});

describe('the control channel', () => {
  test('a session is extended three times, and then no more', async () => {
    const { client } = await signIn();
    for (let times = 0; times < 3; times++) {
      clock.at += 30 * 60_000;
      client.send({ type: 'extend' });
      expect(await client.next('extended')).toMatchObject({ expiresAt: clock.at + 480 * 60_000 });
    }
    client.send({ type: 'extend' });
    await client.next('extend-refused');
  });

  test('a session gets one-time portal sign-ins', async () => {
    const { client } = await signIn();
    client.send({ type: 'portal-sign-in' });
    const { token, action, expiresAt } = await client.next('portal-sign-in');
    expect(new URL(action).origin).toBe('https://2fa.campus.test');
    expect(expiresAt).toBe(clock.at + 60_000);
    expect(campus.services.signIns.redeem(token)).toBe(mei.userId);
    expect(campus.services.signIns.redeem(token)).toBeNull();
    client.send({ type: 'portal-sign-in' });
    const late = await client.next('portal-sign-in');
    clock.at += 60_000;
    expect(campus.services.signIns.redeem(late.token)).toBeNull();
  });

  test('a session ends on bye', async () => {
    const { client, granted } = await signIn();
    client.send({ type: 'bye' });
    expect(await client.next('ended')).toEqual({ type: 'ended', reason: 'signed-out' });
    expect(await client.closed()).toBe(1000);
    expect(campus.services.sessions.authorize(granted.ticket)).toBeNull();
  });

  test('a client is told when the operator ends its session', async () => {
    const { client, granted } = await signIn();
    expect(await campus.control.end(granted.session)).toBe(true);
    expect(await client.next('ended')).toEqual({ type: 'ended', reason: 'revoked' });
    expect(await campus.control.end(granted.session)).toBe(false);
  });

  test('the newest connection with a ticket resumes its session', async () => {
    const { client, granted } = await signIn();
    const again = await GatewayClient.open(campus);
    again.hello('A', granted.ticket);
    expect(await again.next('granted')).toEqual(granted);
    expect(await client.closed()).toBe(4001);
    await again.cut();
    const third = await GatewayClient.open(campus);
    third.hello('A', granted.ticket);
    expect(await third.next('granted')).toEqual(granted);
  });

  test('an ended or unknown ticket resumes no session', async () => {
    const { granted } = await signIn();
    await campus.control.end(granted.session);
    for (const ticket of [granted.ticket, 'x'.repeat(43)]) {
      const client = await GatewayClient.open(campus);
      client.hello('A', ticket);
      expect(await client.next('refused')).toMatchObject({ code: 'ticket-rejected' });
    }
  });
});
