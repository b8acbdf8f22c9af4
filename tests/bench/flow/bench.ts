import { onRealElectron } from '../../e2e/support/double.ts';
import { Scene } from '../../e2e/support/scene.ts';
import { startFaultProxy, type FaultProxy } from '../../support/faults/fault-proxy.ts';
import { atMost, sampleOf, type Part, type Row } from '../report.ts';
import { clickUntil, paintedAt } from './page.ts';

const rounds = 9;
const farRounds = 3;
/** One way. Far enough that a turn of the line stands out from everything else. */
const farMs = 150;

/**
 * The fewest round trips that a person can wait for, once TCP is up. The first prompt: TLS 1.3 (RFC 8446, 2), the
 * WebSocket's upgrade (RFC 6455, 1.3), `hello`. Connected: the answer; TLS and upgrade of the relay. The portal:
 * the one-time sign-in; OPEN; TLS to the portal; the sign-in; the page that it leads to; what the page needs to paint.
 * The double for Electron adds four there: it looks at the certificate on a connection of its own, and Chromium, which
 * does not trust it, connects anew once the app has accepted it. Electron asks the app within the handshake.
 */
const fewest = { prompt: 3, connected: 3, portal: onRealElectron ? 6 : 6 + 4 } as const;
type Step = keyof typeof fewest;

type Times = Record<Step, number[]>;

/** The three waits of a person, on screen, with a campus on loopback; then from afar, for the round trips that they hold. */
export async function flowBench(): Promise<Part> {
  const lines: FaultProxy[] = [];
  const scene = await Scene.open({}, async ({ port, profile }) => {
    const line = await startFaultProxy({ port });
    lines.push(line);
    const connectTo = profile.connectTo?.map((entry) => (entry.loopbackPort === port ? { ...entry, loopbackPort: line.port } : entry));
    return { profiles: [{ ...profile, ...(connectTo ? { connectTo } : {}) }] };
  });
  try {
    const near = await play(scene, rounds);
    for (const line of lines) await line.set({ kind: 'latency', ms: farMs });
    const far = await play(scene, farRounds);
    const rows = [
      row('Connect click → first prompt on screen', 'prompt', near, far),
      row('Last answer → connected', 'connected', near, far),
      row('Open device portal → its page painted', 'portal', near, far),
    ];
    return { name: 'Flow', rows };
  } finally {
    await scene.close();
    for (const line of lines) await line.close();
  }
}

/** From home to the portal and back, over and over. */
async function play(scene: Scene, times: number): Promise<Times> {
  const taken: Times = { prompt: [], connected: [], portal: [] };
  for (let round = 0; round < times; round++) {
    taken.prompt.push(await clickUntil(scene.window, 'Connect', 'Notice from your campus'));
    await scene.proceed();
    await scene.signIn();
    await scene.toPasscode();
    // A code is good once
    scene.passTime(30_000);
    await scene.window.getByLabel('Passcode').fill(scene.code());
    taken.connected.push(await clickUntil(scene.window, 'Verify', 'Connected'));
    await scene.says('The device portal answers');
    const from = await scene.window.evaluate(() => performance.timeOrigin + performance.now());
    await scene.button('Open device portal').click();
    taken.portal.push((await paintedAt(await scene.client.portal())) - from);
    await scene.button('Disconnect').click();
    await scene.button('Connect').waitFor();
  }
  return taken;
}

function row(what: string, step: Step, near: Times, far: Times): Row {
  const trips = far[step].map((taken) => (taken - sampleOf(near[step]).median) / (2 * farMs));
  const waited = Math.round(sampleOf(trips).median);
  return {
    what,
    unit: 'ms',
    samples: { 'Causeway': sampleOf(near[step]), 'round trips waited for': sampleOf(trips) },
    verdicts: [atMost(fewest[step], `the fewest round trips are ${fewest[step]}`, waited, 'round trips')],
  };
}
