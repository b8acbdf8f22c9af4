import { expect, vi } from 'vitest';
import type { AccessController } from '../../electron/access/controller.ts';
import type { PreparedAnswer } from '../../electron/access/prompts.ts';
import { createVerifier } from '../../electron/trust/verifier.ts';
import type { Profile } from '../../shared/profile.ts';
import type { Answer } from '../../shared/prompt.ts';
import type { Adfs, Ivanti, IvantiOptions } from '../peers/gateways/ivanti.ts';
import { credentials } from './access.ts';
import { pageHosts, useIvantiPages } from './ivanti-pages.ts';

/** Where the form is, and all hosts of its pages. */
export const formHosts = pageHosts;
export const allHosts = [...pageHosts, 'factor.campus.test'];

/** A wrong password with everything that could end a literal or a script, around a mark to search for. */
const canary = 'canary-77';
export const wrongPassword = ['"</script>', "'`", '\\', '$', '{alert(1)}', '\u2028', canary, '<!--'].join('');

/** Our Sign in screen and the form of a campus with AD FS, for the tests of a file. */
export function useIvantiForm() {
  const bench = useIvantiPages({ formWaitMs: 1_500, secrets: [canary] });
  let ivanti: Ivanti;
  let controller: AccessController;
  return {
    ...bench,
    get ivanti() {
      return ivanti;
    },
    get controller() {
      return controller;
    },
    right: (): Answer => credentials(ivanti.user.name, ivanti.user.password),
    wrong: (): Answer => credentials(ivanti.user.name, wrongPassword),

    /**
     * A campus with AD FS, and an attempt to connect to it.
     *
     * @param deps `prepared` answers prompts without a person; `accepted` has the certificates that the person accepted, by host
     */
    begin: async (
      adfs: Adfs | null,
      browser: Partial<NonNullable<Profile['browser']>> = {},
      more: Partial<IvantiOptions> = {},
      profile: Partial<Profile> = {},
      deps: { prepared?: (profile: Profile) => PreparedAnswer; accepted?: ReadonlyMap<string, { sha256: string; key: string }> } = {},
    ): Promise<void> => {
      const { prepared, accepted } = deps;
      ({ ivanti, controller } = await bench.begin(
        { ...(adfs && { adfs }), ...more },
        (peer) => peer.profile({ browser: { hosts: allHosts, formHosts, form: 'adfs', ...browser }, ...profile }),
        {
          verifierFor: ({ trust }) => createVerifier({ trust, accepted: (host) => accepted?.get(host) ?? null, now: Date.now }),
          ...(prepared && { prepared }),
        },
      ));
    },

    /** Every try to sign in that AD FS got. */
    tries: () => ivanti.received.filter(({ form, host }) => 'UserName' in form && host === ivanti.provider).map(({ form }) => form),
    /** Waits for a line of the log. */
    logged: (what: string) => vi.waitFor(() => expect(bench.log.join('\n')).toContain(what), { timeout: 20_000, interval: 50 }),
    /** Requests with what was typed, other than the tries. */
    leaks: () =>
      ivanti.received.filter(({ form, query, host }) => {
        const words = JSON.stringify([form, query]);
        return (words.includes(ivanti.user.password) || words.includes(canary)) && !('UserName' in form && host === ivanti.provider);
      }),
    again: (code: string) => bench.askedAgain('credentials', code),
  };
}
