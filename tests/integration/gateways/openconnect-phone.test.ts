import { setTimeout as later } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import type { Session } from '../../../electron/gateways/gateway.ts';
import type { OpenConnectDriver } from '../../../electron/gateways/openconnect/driver.ts';
import type { Profile } from '../../../shared/profile.ts';
import type { Answer } from '../../../shared/prompt.ts';
import { FormGateway, signInForm } from '../../peers/gateways/form-gateway.ts';
import { startIvanti } from '../../peers/gateways/ivanti.ts';
import {
  bothLibraries,
  credentials,
  failsWith,
  missingLibrary,
  passcode,
  person,
  startDriver,
  targetFor,
  type Person,
} from '../../peers/openconnect-bench.ts';
import { pages, startFamily, type Family } from '../../peers/gateways/other-families.ts';
import { startPulse } from '../../peers/gateways/pulse.ts';
import { awaitedLater } from '../../support/awaited-later.ts';

type Reaction = 'answer' | 'hang-up';

/** A gateway of some family that thinks about each password before it says anything. */
interface Thinking {
  profile(): Profile;
  /** How many passwords arrived, wherever they were sent to. */
  passwords(): number;
  stop(): Promise<void>;
  user: { name: string; password: string };
}
/** @param think what it does once a password has arrived */
type Start = (think: () => Promise<Reaction>) => Promise<Thinking>;

const harbour = { name: 'mei', password: 'harbour' };
const family =
  (name: Family): Start =>
  async (think) => {
    const holds = (form: URLSearchParams) => [...form.values()].includes(harbour.password);
    let isFirst = true;
    const at = await startFamily(name, async (request) => {
      // GlobalProtect has a portal and a gateway behind it, and each is given the password once
      if (!holds(request.form) || !isFirst) return pages[name](request);
      isFirst = false;
      return (await think()) === 'hang-up' ? 'hang-up' : pages[name](request);
    });
    return {
      user: harbour,
      profile: () => at.profile(name === 'gp' ? { realm: 'Main site' } : {}),
      // By where it was sent: twice to the same place is once too often
      passwords: () => {
        const places = at.requests.filter(({ form }) => holds(form)).map(({ path }) => path);
        return Math.max(0, ...places.map((place) => places.filter((each) => each === place).length));
      },
      stop: () => at.stop(),
    };
  };

const families: readonly (readonly [name: string, start: Start])[] = [
  [
    'anyconnect',
    async (think) => {
      const at = await FormGateway.start(async ({ turn }) => {
        if (turn === 0) return signInForm;
        return (await think()) === 'hang-up' ? 'hang-up' : 'success';
      });
      return {
        user: harbour,
        profile: () => at.profile(),
        passwords: () => at.requests.filter(({ fields }) => fields['password'] === harbour.password).length,
        stop: () => at.stop(),
      };
    },
  ],
  [
    'nc',
    async (think) => {
      const at = await startIvanti({ before: (asked) => ('password' in asked.form ? think() : Promise.resolve('answer')) });
      return {
        user: at.user,
        profile: () => at.profile(),
        passwords: () => at.received.filter(({ form }) => form['password'] === at.user.password).length,
        stop: () => at.stop(),
      };
    },
  ],
  [
    'pulse',
    async (think) => {
      const at = await startPulse({
        afterPassword: async () => {
          if ((await think()) === 'hang-up') throw new Error('hangs up');
        },
      });
      return {
        user: at.user,
        profile: () => at.profile(),
        passwords: () => at.typed.filter((each) => each === at.user.password).length,
        stop: () => at.stop(),
      };
    },
  ],
  ...(['gp', 'f5', 'fortinet', 'array'] as const).map((name) => [name, family(name)] as const),
];

interface Run {
  at: Thinking;
  who: Person;
  stop: AbortController;
  session: Promise<Session>;
  driver: OpenConnectDriver;
}

/** `CAUSEWAY_LONG=1`: with the times that people wait for. */
const isLong = process.env['CAUSEWAY_LONG'] !== undefined;
/** A tenth of the time: 3 s of silence, 7.5 s for a phone. */
const quickly = { silentAfterMs: 3_000 };

/** A driver whose process has loaded the library: its start takes what it takes, and only the gateway's time is a tenth here. */
async function readyDriver(deps: Parameters<typeof startDriver>[0]): Promise<OpenConnectDriver> {
  const { driver } = await startDriver(deps);
  await driver.workers.check(AbortSignal.timeout(20_000));
  return driver;
}

/** Each test has a process of its own for the library, so that all of them can wait at once. */
describe.skipIf(missingLibrary() !== null).each(bothLibraries)('waiting for a phone, with %s OpenConnect', (which, path) => {
  const isOurs = which === bothLibraries[0]?.[0];
  const open: { stop(): void | Promise<void> }[] = [];
  afterAll(async () => {
    for (const each of open) await each.stop();
  });

  const signIn = async (start: Start, think: () => Promise<Reaction>, times: typeof quickly | null = quickly): Promise<Run> => {
    const driver = await readyDriver({ library: { path }, ...(times ? { times } : {}) });
    const at = await start(think);
    open.push(at, driver);
    const who = person({
      credentials: ({ selects: [select] }): Answer => ({
        kind: 'credentials',
        values: { user: at.user.name, password: at.user.password, ...(select ? { [select.name]: '0' } : {}) },
      }),
      passcode: passcode('123456'),
      waiting: 'wait',
    });
    const stop = new AbortController();
    return { at, who, stop, driver, session: awaitedLater(driver.signIn(targetFor(at.profile()), who.ask, stop.signal)) };
  };

  // Ours: one family after the other, for each test starts a process, and slow ones would be silent gateways
  const each = isOurs ? describe.each(families) : describe.concurrent.each(families);
  each('%s', (_, start) => {
    test
      .runIf(isOurs)
      .concurrent(
        'a gateway silent after the password is waited for longer, with a notice, and gets the password once',
        async ({ expect }) => {
          const { at, who, session } = await signIn(start, () => later(4_500, 'answer' as const));
          await session;
          expect(who.kinds().slice(0, 2)).toEqual(['credentials', 'waiting']);
          expect(at.passwords()).toBe(1);
          expect(JSON.stringify(who.asked)).not.toContain('failure');
        },
      );

    test.concurrent('a gateway that hangs up after a while gets the password once, and the failure is shown', async ({ expect }) => {
      const { at, who, session } = await signIn(start, () => later(4_500, 'hang-up' as const));
      await expect(session).rejects.toMatchObject(failsWith('gateway-closed'));
      expect(at.passwords()).toBe(1);
      expect(who.kinds()).toEqual(['credentials', 'waiting']);
    });

    test.runIf(isOurs).concurrent(
      'a gateway that stays silent is given up, with the password sent once and nothing asked again',
      async ({ expect }) => {
        const { at, who, session } = await signIn(start, () => new Promise(() => undefined));
        await expect(session).rejects.toMatchObject(failsWith('gateway-silent'));
        expect(who.kinds()).toEqual(['credentials', 'waiting']);
        const [, waiting] = who.asked;
        const over = waiting?.kind === 'waiting' ? Date.now() - waiting.until : NaN;
        // By the time that was promised, and not before
        expect(over).toBeGreaterThan(-500);
        expect(over).toBeLessThan(5_000);
        expect(at.passwords()).toBe(1);
      },
      20_000,
    );

    test.runIf(isOurs).concurrent('Cancel ends the wait within a second, and a late answer is ignored', async ({ expect }) => {
      let answer: (reaction: Reaction) => void = () => undefined;
      const { at, who, session, stop, driver } = await signIn(start, () => new Promise((resolve) => (answer = resolve)));
      await expect.poll(() => who.kinds(), { timeout: 10_000 }).toContain('waiting');
      const from = performance.now();
      stop.abort();
      await expect(session).rejects.toMatchObject(failsWith('cancelled'));
      expect(performance.now() - from).toBeLessThan(1_000);
      answer('answer');
      const again = person({ credentials: 'leave' });
      await expect(driver.signIn(targetFor(at.profile()), again.ask, new AbortController().signal)).rejects.toMatchObject(
        failsWith('cancelled'),
      );
      expect(again.kinds()).toEqual(['credentials']);
      expect(JSON.stringify(again.asked)).not.toContain('failure');
      expect(at.passwords()).toBe(1);
      expect(who.kinds()).toEqual(['credentials', 'waiting']);
    });

    test.runIf(isLong).concurrent(
      'a gateway silent for 45 s of real time is reported after 3 s, signs in, and gets one password',
      async ({ expect }) => {
        const { at, who, session } = await signIn(start, () => later(45_000, 'answer' as const), null);
        await expect.poll(() => who.kinds(), { timeout: 10_000 }).toContain('waiting');
        const [, waiting] = who.asked;
        expect(waiting?.kind === 'waiting' && waiting.until - Date.now()).toBeGreaterThan(65_000);
        await session;
        expect(at.passwords()).toBe(1);
      },
      90_000,
    );

    test.runIf(isLong).concurrent(
      'a gateway that hangs up after 45 s gets one password, and the failure is shown',
      async ({ expect }) => {
        const { at, session } = await signIn(start, () => later(45_000, 'hang-up' as const), null);
        await expect(session).rejects.toMatchObject(failsWith('gateway-closed'));
        expect(at.passwords()).toBe(1);
      },
      90_000,
    );
  });
});

test.skipIf(missingLibrary() !== null)(
  'a gateway that closed its connection while the person typed still gets what they typed',
  async () => {
    const driver = await readyDriver({ times: quickly });
    const at = await FormGateway.start(({ init }) => (init ? signInForm : 'success'));
    try {
      let type: (answer: Answer) => void = () => undefined;
      const typed = new Promise<Answer>((resolve) => (type = resolve));
      let isAsked = false;
      const session = awaitedLater(driver.signIn(targetFor(at.profile()), () => ((isAsked = true), typed), new AbortController().signal));
      await expect.poll(() => isAsked).toBe(true);
      await at.hangUp();
      type(credentials('mei', 'pw'));
      await session;
      expect(at.requests.filter(({ init }) => !init).map(({ fields }) => fields)).toEqual([{ username: 'mei', password: 'pw' }]);
    } finally {
      driver.stop();
      await at.stop();
    }
  },
);

test.skipIf(missingLibrary() !== null)('a gateway that hangs up at once gets the password once', async () => {
  const driver = await readyDriver({ times: quickly });
  const at = await FormGateway.start(({ turn }) => (['hang-up', 'success'] as const)[turn - 1] ?? signInForm);
  try {
    const who = person({ credentials: credentials('mei', 'pw'), waiting: 'wait' });
    await expect(driver.signIn(targetFor(at.profile()), who.ask, new AbortController().signal)).rejects.toMatchObject(
      failsWith('gateway-closed'),
    );
    expect(at.requests).toHaveLength(2);
  } finally {
    driver.stop();
    await at.stop();
  }
});

test.skipIf(missingLibrary() !== null).each<[string, number]>([
  ['the password', 1],
  ['a code', 2],
])('a gateway that redirects the library after %s gets what was typed once, and no other host gets it', async (_, step) => {
  const other = await FormGateway.start(() => 'success');
  for (const redirect of ['/elsewhere', `https://forms.campus.test:${other.port}/`]) {
    const driver = await readyDriver({ times: quickly });
    const code = { message: 'Enter your code', inputs: [{ type: 'password' as const, name: 'secret', label: 'Code:' }] };
    const at = await FormGateway.start(({ turn }) => (turn === step ? { redirect } : ([signInForm, code][turn] ?? 'success')));
    try {
      const who = person({ credentials: credentials('mei', 'pw'), passcode: passcode('123456'), waiting: 'wait' });
      const { connectTo = [], ...profile } = at.profile();
      const detours = [...connectTo, { host: other.host, port: other.port, loopbackPort: other.port }];
      await expect(
        driver.signIn(targetFor({ ...profile, connectTo: detours }), who.ask, new AbortController().signal),
      ).rejects.toMatchObject(failsWith('gateway-protocol'));
      expect(at.requests.filter(({ init }) => !init)).toHaveLength(step);
      expect(other.requests).toEqual([]);
    } finally {
      driver.stop();
      await at.stop();
    }
  }
  await other.stop();
});
