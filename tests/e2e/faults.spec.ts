import { startFaultProxy, type Fault, type FaultProxy } from '../support/faults/fault-proxy.ts';
import { mei } from '../tour/people.ts';
import { expect, test, type Scene } from './support/scene.ts';

/** RST in place of the client's next message, on any connection. */
const reset: Fault = { kind: 'reset', onset: { direction: 'up', atMessage: 1 } };

/** Goes from the notice on screen to each step, then makes the gesture that meets the fault. */
const steps: {
  name: string;
  reach: (scene: Scene) => Promise<void>;
  meet: (scene: Scene) => Promise<void>;
  fault: Fault;
  title: string;
  /** The number of sessions that the campus still holds then. */
  sessions?: number;
}[] = [
  {
    name: 'notice',
    fault: reset,
    title: 'Your campus closed the connection',
    reach: () => Promise.resolve(),
    meet: (scene) => scene.button('Proceed').click(),
  },
  {
    name: 'credentials, in a black hole',
    fault: { kind: 'black-hole' },
    title: 'Your campus did not answer in time',
    reach: (scene) => scene.proceed(),
    meet: (scene) => scene.signIn(),
  },
  {
    name: 'credentials',
    fault: reset,
    title: 'Your campus closed the connection',
    reach: (scene) => scene.proceed(),
    meet: (scene) => scene.signIn(),
  },
  {
    name: 'second factor',
    fault: reset,
    title: 'Your campus closed the connection',
    reach: toSecondFactor,
    meet: (scene) => scene.button(/^Send me a Push/).click(),
  },
  {
    name: 'passcode',
    fault: reset,
    title: 'Your campus closed the connection',
    reach: async (scene) => {
      await toSecondFactor(scene);
      await scene.toPasscode();
    },
    meet: (scene) => scene.enterPasscode(scene.code()),
  },
  {
    name: 'push waiting',
    fault: { kind: 'reset' },
    title: 'Your campus closed the connection',
    reach: async (scene) => {
      await toSecondFactor(scene);
      await scene.sendPush();
    },
    meet: () => Promise.resolve(),
  },
  {
    name: 'opening the relay',
    // The campus could not be told. The next sign-in replaces the session
    sessions: 1,
    // The passcode is the first message of its connection and passes. The relay's own connection reaches TLS only
    fault: { kind: 'reset', onset: { direction: 'up', atMessage: 2 } },
    title: 'Your campus closed the connection',
    reach: async (scene) => {
      await toSecondFactor(scene);
      await scene.toPasscode();
    },
    meet: (scene) => scene.enterPasscode(scene.code()),
  },
];

async function toSecondFactor(scene: Scene): Promise<void> {
  await scene.proceed();
  await scene.signIn();
  await expect(scene.heading('Confirm it is you')).toBeVisible();
}

test('a connection that breaks at any step is reported on screen, and one click continues', async ({ open }) => {
  test.setTimeout(180_000);
  const lines: FaultProxy[] = [];
  const scene = await open({}, async ({ port, profile }) => {
    const line = await startFaultProxy({ port });
    lines.push(line);
    const connectTo = profile.connectTo?.map((entry) => (entry.loopbackPort === port ? { ...entry, loopbackPort: line.port } : entry));
    return { profiles: [{ ...profile, connectTo: connectTo ?? [] }] };
  });
  const [line] = lines;
  if (!line) throw new Error('no line');
  const tryAgain = async (): Promise<void> => {
    await line.set({ kind: 'none' });
    await scene.button('Try again').click();
    await expect(scene.heading('Notice from your campus')).toBeVisible();
  };

  for (const [index, name] of ['TLS', 'upgrade'].entries()) {
    await test.step(name, async () => {
      // The client's second message ends its handshake. What follows is HTTP
      await line.set({ kind: 'reset', onset: { direction: 'up', atMessage: index + 1 } });
      await scene.button('Connect').click();
      await scene.ended('Your campus closed the connection', { line });
      if (index === 0) await scene.window.keyboard.press('Escape');
    });
  }
  await tryAgain();
  for (const { name, reach, meet, fault, title, sessions = 0 } of steps) {
    await test.step(name, async () => {
      await reach(scene);
      await line.set(fault);
      await meet(scene);
      await expect(scene.heading(title)).toBeVisible({ timeout: 60_000 });
      await scene.ended(title, { line, sessions });
      await tryAgain();
    });
  }

  await toSecondFactor(scene);
  await scene.sendPush();
  await scene.campus.services.factors.approve(mei.phone, (await scene.push()).id);
  await expect(scene.heading('Connected')).toBeVisible();
  // The session that an earlier try left at the campus has been replaced
  expect(scene.campus.records.sessions()).toHaveLength(1);

  await test.step('connected, idle', async () => {
    await line.set({ kind: 'reset' });
    await expect(scene.heading(/Reconnecting/)).toBeVisible();
    await line.set({ kind: 'none' });
    await scene.hurry();
    await expect(scene.heading('Connected')).toBeVisible();
  });

  await test.step('portal loading', async () => {
    await line.set({ kind: 'reset', onset: { direction: 'down', afterBytes: 6_000 } });
    await scene.button('Open device portal').click();
    await scene.says(/^Reconnecting/);
    await scene.says('Not connected');
    await line.set({ kind: 'none' });
    await scene.hurry();
    await scene.says(/^Connected/);
    await scene.button('Load again').click();
    // The broken page closes and another opens. For a moment the broken one may still be found
    await expect(async () => {
      await expect((await scene.client.portal()).getByText('Add a new Device').first()).toBeVisible({ timeout: 10_000 });
    }).toPass({ timeout: 60_000 });
  });

  await scene.button('Disconnect').click();
  await expect(scene.button('Connect')).toBeVisible();
  await expect.poll(() => scene.campus.records.sessions()).toEqual([]);
  await expect.poll(() => line.connections.open).toBe(0);
  await line.close();
});
