import { setTimeout as later } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Answer } from '../../../shared/prompt.ts';
import { signInForm, type FormGateway, type Step } from '../../peers/gateways/form-gateway.ts';
import { answersOf, code, duoMenuForm, sends, signInByForms, messageForm } from '../../peers/form-sign-in.ts';
import {
  bothLibraries,
  credentials,
  failsWith,
  hasOurs,
  missingLibrary,
  passcode,
  startDriver,
  systemLibrary,
  type DriverBench,
  type Script,
} from '../../peers/openconnect-bench.ts';

const mei = credentials('mei', 'pw');
const goOn: Answer = { kind: 'fields', values: {} };
const choosePush: Answer = { kind: 'second-factor', method: 'push', device: '1' };
const soon =
  (step: Step, ms = 300) =>
  () =>
    later(ms).then(() => step);

/** Forms that only tell something. */
describe.skipIf(missingLibrary() !== null)('a form without fields', () => {
  let bench: DriverBench;
  let gateway: FormGateway | null = null;
  beforeAll(async () => {
    bench = await startDriver();
  });
  afterEach(() => gateway?.stop());
  afterAll(() => bench.driver.stop());

  const signIn = async (by: DriverBench, steps: Parameters<typeof signInByForms>[1], script: Script) => {
    const run = await signInByForms(by.driver, steps, script);
    gateway = run.at;
    return run;
  };

  describe.skipIf(!hasOurs)('with our own OpenConnect, which continues after such a form', () => {
    test('a form without fields after the code is shown, blames nobody, and the sign-in continues to its end', async () => {
      const { at, who, session } = await signIn(
        bench,
        [signInForm, code(), messageForm('Welcome back. Maintenance on Sunday.'), 'success'],
        {
          credentials: mei,
          passcode: passcode('123456'),
          fields: goOn,
        },
      );
      await session;
      expect(who.kinds()).toEqual(['credentials', 'passcode', 'fields']);
      expect(who.asked[2]).toEqual({ kind: 'fields', message: 'Welcome back. Maintenance on Sunday.', fields: [], selects: [] });
      expect(answersOf(at)).toEqual([{ username: 'mei', password: 'pw' }, { secret: '123456' }, {}]);
      expect(at.signIns).toBe(1);
    });

    test('several forms without fields, some identical, are each shown, and none counts as a refusal', async () => {
      const messages = ['Your password ends in 3 days.', 'The office is closed on Monday.', 'The office is closed on Monday.'];
      const { at, who, session } = await signIn(bench, [signInForm, ...messages.map(messageForm), 'success'], {
        credentials: mei,
        fields: goOn,
      });
      await session;
      expect(who.asked.slice(1).map((prompt) => ('message' in prompt ? prompt.message : ''))).toEqual(messages);
      expect(JSON.stringify(who.asked)).not.toContain('failure');
      expect(sends(at)).toBe(1);
    });

    test('a form without fields before anything else is shown, and the password is asked for next', async () => {
      const { at, who, session } = await signIn(bench, [messageForm('Only for members.'), signInForm, 'success'], {
        credentials: mei,
        fields: goOn,
      });
      await session;
      expect(who.kinds()).toEqual(['fields', 'credentials']);
      expect(at.signIns).toBe(1);
    });

    test('a form without fields and text is skipped', async () => {
      const { at, who, session } = await signIn(bench, [signInForm, messageForm(''), 'success'], { credentials: mei });
      await session;
      expect(who.kinds()).toEqual(['credentials']);
      expect(answersOf(at)).toEqual([{ username: 'mei', password: 'pw' }, {}]);
    });

    test.each(['push', 'call'] as const)(
      'while a %s is pending, a form’s text is shown beside it until the gateway accepts',
      async (method) => {
        const message = 'Enter 482913 in Duo Mobile';
        const { at, who, session } = await signIn(bench, [signInForm, duoMenuForm, soon(messageForm(message)), soon('success')], {
          'credentials': mei,
          'second-factor': method === 'push' ? choosePush : { kind: 'second-factor', method, device: '2' },
          'push': 'wait',
        });
        await session;
        expect(who.kinds()).toEqual(['credentials', 'second-factor', 'push', 'push']);
        expect(who.asked[3]).toMatchObject({ number: '482913', message, device: 'XXX-XXX-1234' });
        expect(who.asked[3]).not.toHaveProperty('over');
        expect(answersOf(at)).toEqual([{ username: 'mei', password: 'pw' }, { password: method === 'push' ? '1' : '2' }, {}]);
        expect(at.signIns).toBe(1);
      },
    );

    test.each(['Tap 42 on your phone', 'Digite 42 no seu telemóvel', '請在手機應用程式輸入 42'])(
      'the number of a push that the gateway itself starts is shown while it waits: %s',
      async (message) => {
        const { at, who, session } = await signIn(bench, [signInForm, messageForm(message), soon('success')], {
          credentials: mei,
          push: 'wait',
        });
        await session;
        expect(who.kinds()).toEqual(['credentials', 'push']);
        expect(who.asked[1]).toMatchObject({ number: '42', message });
        expect(sends(at)).toBe(1);
      },
    );

    test('a denied push of the gateway’s own is reported as denied, and rings no phone again by itself', async () => {
      const { at, who, session } = await signIn(bench, [signInForm, messageForm('Tap 42 on your phone'), soon('refuse', 2_000)], {
        credentials: [mei, 'leave'],
        push: 'wait',
      });
      await expect(session).rejects.toMatchObject(failsWith('cancelled'));
      expect(who.kinds()).toEqual(['credentials', 'push', 'credentials']);
      expect(who.asked[2]).toMatchObject({ failure: { code: 'push-denied' }, fields: [{ name: 'user' }, { name: 'password' }] });
      expect(sends(at)).toBe(1);
    });

    test('continuing from a form without fields is waited for as long as for a phone', async () => {
      // A tenth of the time: 3 s of silence, 7.5 s for a phone
      const quick = await startDriver({ times: { silentAfterMs: 3_000 } });
      try {
        const { at, who, session } = await signIn(quick, [signInForm, messageForm('Answer the call.'), soon('success', 4_500)], {
          credentials: mei,
          fields: goOn,
          waiting: 'wait',
        });
        await session;
        expect(who.kinds()).toEqual(['credentials', 'fields', 'waiting']);
        expect(answersOf(at)).toHaveLength(2);
      } finally {
        quick.driver.stop();
      }
    });

    test('endless forms without fields end as gateway-protocol', async () => {
      const { session } = await signIn(
        bench,
        Array.from({ length: 120 }, (_, turn) => (turn === 0 ? signInForm : messageForm(''))),
        { credentials: mei },
      );
      await expect(session).rejects.toMatchObject(failsWith('gateway-protocol'));
    });
  });

  describe.each(bothLibraries)('with %s OpenConnect', (_, path) => {
    let one: DriverBench;
    beforeAll(async () => {
      one = await startDriver({ library: { path } });
    });
    afterAll(() => one.driver.stop());

    test('a form without fields that holds an error is a refusal: it is reported, and the password is asked for', async () => {
      const { at, who, session } = await signIn(one, [signInForm, { error: 'Login failed.', inputs: [] }], {
        credentials: [mei, 'leave'],
      });
      await expect(session).rejects.toMatchObject(failsWith('cancelled'));
      expect(who.asked[1]).toMatchObject({ kind: 'credentials', failure: { code: 'sign-in-rejected' } });
      expect(answersOf(at)).toEqual([{ username: 'mei', password: 'pw' }]);
    });

    test('a form without fields whose message is a refusal counts as one', async () => {
      const { at, who, session } = await signIn(one, [signInForm, messageForm('Login denied.')], { credentials: [mei, 'leave'] });
      await expect(session).rejects.toMatchObject(failsWith('cancelled'));
      expect(who.asked[1]).toMatchObject({ kind: 'credentials', failure: { code: 'sign-in-rejected' } });
      expect(answersOf(at)).toEqual([{ username: 'mei', password: 'pw' }]);
    });
  });

  describe.skipIf(systemLibrary === null)('with the system’s OpenConnect, which ends at such a form', () => {
    let theirs: DriverBench;
    beforeAll(async () => {
      theirs = await startDriver({ library: { path: systemLibrary } });
    });
    afterAll(() => theirs.driver.stop());

    test('a form without fields is shown, blames nobody, and the next sign-in asks for the password', async () => {
      const { at, who, session } = await signIn(theirs, [signInForm, code(), messageForm('Welcome back. Maintenance on Sunday.')], {
        credentials: [mei, 'leave'],
        passcode: passcode('123456'),
        fields: goOn,
      });
      await expect(session).rejects.toMatchObject(failsWith('cancelled'));
      expect(who.kinds()).toEqual(['credentials', 'passcode', 'fields', 'credentials']);
      expect(who.asked[2]).toMatchObject({ message: 'Welcome back. Maintenance on Sunday.', fields: [] });
      expect(JSON.stringify(who.asked)).not.toContain('failure');
      expect(sends(at)).toBe(1);
    });

    test('a form’s number for the phone stays visible, and nothing is sent again', async () => {
      const { at, who, session, stop } = await signIn(theirs, [signInForm, duoMenuForm, messageForm('Enter 482913 in Duo Mobile')], {
        'credentials': mei,
        'second-factor': choosePush,
        'push': 'wait',
      });
      await expect
        .poll(() => who.asked.at(-1))
        .toMatchObject({ kind: 'push', number: '482913', message: 'Enter 482913 in Duo Mobile', over: true });
      stop.abort();
      await expect(session).rejects.toMatchObject(failsWith('cancelled'));
      expect(answersOf(at)).toHaveLength(2);
    });
  });
});
