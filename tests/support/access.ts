import { startCampus, type Campus, type CampusOptions } from '../../campus/campus.ts';
import type { AccessState, AccessStateKind, AccessStateOf } from '../../shared/access-state.ts';
import type { Answer, Prompt, PromptKind, PromptOf } from '../../shared/prompt.ts';
import type { Profile } from '../../shared/profile.ts';
import { AccessController, type ControllerDeps } from '../../electron/access/controller.ts';
import { campusDriver } from '../../electron/gateways/campus/driver.ts';
import { directDial } from '../../electron/tunnels/direct.ts';
import { relayTunnel } from '../../electron/tunnels/relay.ts';
import { createVerifier } from '../../electron/trust/verifier.ts';
import { lastingPort } from './ports.ts';
import { handEnvironment } from './hand-environment.ts';

export { handEnvironment };

/** The student who has their phone. */
export const student = { userId: 'mei.chan', password: 'harbour-lantern-42', phone: 'mei-phone' };

export interface Bench {
  campus: Campus;
  controller: AccessController;
  environment: ReturnType<typeof handEnvironment>;
  log: string[];
  states: AccessState[];
  close(): Promise<void>;
}

/** A campus, and the real controller, driver and tunnel that connect to it. */
export async function startBench(options: CampusOptions = {}, deps: Partial<ControllerDeps> = {}): Promise<Bench> {
  const campus = await startCampus({ port: await lastingPort(), ...options });
  const environment = handEnvironment();
  const log: string[] = [];
  const controller = new AccessController({
    drivers: { campus: campusDriver },
    tunnels: { relay: relayTunnel },
    direct: directDial,
    verifierFor: (profile) => createVerifier({ trust: profile.trust, now: Date.now }),
    environment,
    client: { name: 'test', version: '0', installation: 'AAAAAAAAAAAAAAAAAAAAAAAA' },
    prepared: () => () => Promise.resolve(null),
    now: Date.now,
    random: Math.random,
    log: (line) => log.push(line),
    ...deps,
  });
  const states: AccessState[] = [];
  controller.onChange((state) => states.push(state));
  return {
    campus,
    controller,
    environment,
    log,
    states,
    async close() {
      await controller.disconnect();
      await campus.stop();
    },
  };
}

/** Waits until `pick` finds something in the state. */
function until<T>(controller: AccessController, pick: (state: AccessState) => T | null, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const look = (state: AccessState): void => {
      const found = pick(state);
      if (found === null) return;
      clearTimeout(timer);
      off();
      resolve(found);
    };
    const off = controller.onChange(look);
    const timer = setTimeout(() => {
      off();
      reject(new Error(`waited for ${what}, still ${JSON.stringify(controller.state)}`));
    }, 20_000);
    look(controller.state);
  });
}

/** Waits until the controller is in one of these states. */
export async function reach<K extends AccessStateKind>(controller: AccessController, ...kinds: K[]): Promise<AccessStateOf<K>> {
  const fits = (state: AccessState): state is AccessStateOf<K> => kinds.some((kind) => kind === state.kind);
  return until(controller, (state) => (fits(state) ? state : null), kinds.join(' or '));
}

/** Waits for an open, unanswered prompt of a kind. */
export async function prompted<K extends PromptKind>(
  controller: AccessController,
  kind: K,
): Promise<{ promptId: string; prompt: PromptOf<K> }> {
  const isKind = (prompt: Prompt): prompt is PromptOf<K> => prompt.kind === kind;
  return until(
    controller,
    (state) => {
      if (state.kind !== 'asking' || state.answered || !isKind(state.prompt)) return null;
      return { promptId: state.promptId, prompt: state.prompt };
    },
    kind,
  );
}

/** Answers the next prompt of a kind. */
export async function answer<K extends PromptKind>(
  controller: AccessController,
  kind: K,
  wanted: Answer | ((prompt: PromptOf<K>) => Answer),
): Promise<PromptOf<K>> {
  const { promptId, prompt } = await prompted(controller, kind);
  controller.answer(promptId, typeof wanted === 'function' ? wanted(prompt) : wanted);
  return prompt;
}

export const proceed: Answer = { kind: 'notice', proceed: true };
export const credentials = (userId: string, password: string): Answer => ({ kind: 'credentials', values: { user: userId, password } });

/** The code that the phone of a seeded person shows now. */
export function codeOf(campus: Campus, phone: string = student.phone): string {
  const account = campus.services.factors.accounts(phone)[0];
  if (!account) throw new Error(`no account in ${phone}`);
  return account.code;
}

/** Goes from Connect to connected, with the student's code. */
export async function signIn({ campus, controller }: Bench, profile: Profile = campus.profile): Promise<void> {
  controller.connect(profile);
  await answer(controller, 'notice', proceed);
  await answer(controller, 'credentials', credentials(student.userId, student.password));
  await answer(controller, 'second-factor', { kind: 'second-factor-passcode', passcode: codeOf(campus) });
  await reach(controller, 'connected');
}
