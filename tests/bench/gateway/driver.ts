import path from 'node:path';
import type { GatewayTarget } from '../../../electron/gateways/gateway.ts';
import { forkWorker } from '../../../electron/worker/fork-worker.ts';
import { openconnectDriver, type OpenConnectDriver } from '../../../electron/gateways/openconnect/driver.ts';
import type { ToWorker } from '../../../electron/gateways/openconnect/process/messages.ts';
import { createVerifier } from '../../../electron/trust/verifier.ts';
import type { Answer, Prompt } from '../../../shared/prompt.ts';
import { profileOf, type Ocserv } from '../../peers/gateways/ocserv.ts';
import type { SignInTimes } from './command.ts';

const worker = path.resolve(import.meta.dirname, '../../../dist/openconnect-worker.mjs');

/** Our driver with its worker warm, as it is when the window is open. */
export function warmDriver(): OpenConnectDriver {
  const driver = openconnectDriver({ startWorker: forkWorker(worker), library: { path: null }, log: () => undefined });
  driver.setWanted(true);
  return driver;
}

/** Signs in without a screen. */
export async function signInByDriver(driver: OpenConnectDriver, lab: Ocserv, user: string, port: number): Promise<SignInTimes> {
  // Through the same line as the command beside it
  const profile = profileOf(lab, { connectTo: [{ host: lab.host, port: 443, loopbackPort: port }] });
  const from = performance.now();
  let answeredAt = 0;
  let form = NaN;
  const answer = (prompt: Prompt): Answer => {
    if (prompt.kind === 'credentials') return { kind: 'credentials', values: { user, password: lab.user(user).password } };
    if (prompt.kind === 'passcode') return { kind: 'passcode', passcode: lab.codeFor(user) };
    throw new Error(`no answer to ${prompt.kind}`);
  };
  const target: GatewayTarget = {
    host: lab.host,
    port: 443,
    loopbackPort: port,
    profile,
    verifier: createVerifier({ trust: profile.trust, now: Date.now }),
    now: Date.now,
    client: { name: 'bench', version: '0', installation: 'AAAAAAAAAAAAAAAAAAAAAAAA' },
  };
  const ask = (prompt: Prompt): Promise<Answer> => {
    const given = answer(prompt);
    if (Number.isNaN(form)) form = performance.now() - from;
    answeredAt = performance.now();
    return Promise.resolve(given);
  };
  await driver.signIn(target, ask, AbortSignal.timeout(20_000));
  return { form, cookie: performance.now() - answeredAt };
}

/** What every question and every answer of the library's goes through, with nothing to do there: milliseconds there and back. */
export async function throughTheThread(times: number): Promise<number[]> {
  const forked = forkWorker(worker)();
  let onReply = (): void => undefined;
  forked.onMessage(() => onReply());
  const taken: number[] = [];
  for (let time = -1; time < times; time++) {
    // As in a sign-in, nobody has been waiting for it in a loop
    await new Promise((resolve) => setTimeout(resolve, 20));
    const from = performance.now();
    await new Promise<void>((resolve) => {
      onReply = resolve;
      forked.post({ type: 'warm', libraries: ['libopenconnect.so.5'] } satisfies ToWorker);
    });
    // The first loads the library
    if (time >= 0) taken.push(performance.now() - from);
  }
  forked.kill();
  await forked.exited;
  return taken;
}
