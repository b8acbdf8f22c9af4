import { afterEach, describe, expect, test } from 'vitest';
import type { OpenConnectDeps } from '../../../electron/gateways/openconnect/driver.ts';
import type { Profile } from '../../../shared/profile.ts';
import { Extension } from '../../support/issuer.ts';
import { FormGateway, signInForm } from '../../peers/gateways/form-gateway.ts';
import { credentials, missingLibrary, person, startDriver, targetFor, type Script } from '../../peers/openconnect-bench.ts';

describe.skipIf(missingLibrary() !== null)('bounds on what a gateway sends through the library', () => {
  const cleanUp: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const each of cleanUp.splice(0)) await each();
  });

  /** How a sign-in ends, and what the person was asked. */
  const ending = async (at: FormGateway, script: Script, profile: Partial<Profile> = {}, deps: Partial<OpenConnectDeps> = {}) => {
    const { driver } = await startDriver(deps);
    cleanUp.push(
      () => at.stop(),
      () => driver.stop(),
    );
    const who = person(script);
    const session = driver.signIn(targetFor(at.profile(profile)), who.ask, new AbortController().signal);
    const error = await session.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    return { error, asked: who.kinds() };
  };
  const beyond = (what: string) => ({ failure: { code: 'gateway-protocol', detail: `beyond bounds: ${what}` } });

  test('a cookie that is too long ends the sign-in as gateway-protocol', async () => {
    const at = await FormGateway.start(({ init }) => (init ? signInForm : { cookie: 'x'.repeat(20_000) }));
    const { error } = await ending(at, { credentials: credentials('mei', 'harbour') });
    expect(error).toMatchObject(beyond('cookie'));
  });

  test('a sign-in page with an endless address is refused, and nobody is asked to open it', async () => {
    const address = `https://idp.campus.test/${'x'.repeat(70_000)}`;
    const more =
      `<sso-v2-login>${address}</sso-v2-login><sso-v2-login-final>https://forms.campus.test/done</sso-v2-login-final>` +
      '<sso-v2-token-cookie-name>token</sso-v2-token-cookie-name><sso-v2-error-cookie-name>error</sso-v2-error-cookie-name>';
    const at = await FormGateway.start(() => ({ inputs: [{ type: 'sso', name: 'sso-token' }], more }));
    const { error, asked } = await ending(at, {}, {}, { openSignInPage: () => Promise.reject(new Error('opened')) });
    expect(error).toMatchObject(beyond('page'));
    expect(asked).toEqual([]);
  });

  test('a certificate of eighty kilobytes is refused, and nobody is asked about it', async () => {
    const extensions = [new Extension('1.2.3.4', false, new Uint8Array(80_000))];
    const at = await FormGateway.start(() => signInForm, '127.0.0.1', { extensions });
    const { error, asked } = await ending(at, {}, { trust: { kind: 'system' } });
    expect(error).toMatchObject(beyond('certificate'));
    expect(asked).toEqual([]);
  });
});
