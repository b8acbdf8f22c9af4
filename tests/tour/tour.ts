import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pageProcedures } from './page-procedures.ts';
import { formProcedures, type Procedure } from './procedures.ts';
import { canStartKeyring } from '../support/keyring.ts';
import { Stage, type TourStep } from './stage.ts';

/** One procedure and its result, as in `tour.json`. */
export interface Played {
  name: string;
  where: string;
  signIn: string;
  guideSteps: number;
  actions: number;
  seconds: number;
  ok: boolean;
  /** Why it did not reach its goal, if it did not. */
  problem?: string;
  steps: TourStep[];
}

/**
 * Plays every procedure of the guide on the real screens and pages without asking anything, and writes the pictures and
 * `tour.json` into `folder`. False if one of them did not reach its goal.
 */
export async function playTour(folder: string): Promise<boolean> {
  await mkdir(folder, { recursive: true });
  const played: Played[] = [];
  for (const [index, procedure] of [...formProcedures, ...pageProcedures].entries()) {
    if (procedure.keychain === true && !canStartKeyring) {
      console.log(`skipped  ${whereOf(procedure)}: ${procedure.name} (it needs dbus-daemon and gnome-keyring-daemon)`);
      continue;
    }
    const result = await play(procedure, folder, String(index + 1));
    played.push(result);
    console.log(
      `${result.ok ? 'ok' : 'FAILED'}  ${whereOf(procedure)}: ${procedure.name} (${result.actions} actions, ${result.seconds} s; the guide has ${procedure.guideSteps} steps)` +
        (result.problem === undefined ? '' : `\n    ${result.problem}`),
    );
  }
  await writeFile(path.join(folder, 'tour.json'), `${JSON.stringify({ procedures: played }, null, 2)}\n`);
  console.log(`Pictures and tour.json are in ${folder}`);
  return played.every(({ ok }) => ok);
}

const whereOf = ({ where, signIn = 'forms' }: Procedure): string => (signIn === 'pages' ? `${where}, on the campus's pages` : where);

async function play(procedure: Procedure, folder: string, prefix: string): Promise<Played> {
  const { name, where, signIn = 'forms', keychain = false, guideSteps, mostActions = Infinity } = procedure;
  const stage = await Stage.open({ where, signIn, keychain }, folder, prefix);
  const started = performance.now();
  let problem: string | null = null;
  try {
    await stage.step('Home', 'The home screen', () => stage.window.getByRole('button', { name: 'Connect', exact: true }).waitFor());
    await procedure.play(stage);
    if (!procedure.reached(stage)) problem = "The campus's records do not show the goal.";
    else if (stage.ledger.actions > mostActions) problem = `It took more than ${mostActions} actions.`;
  } catch (error) {
    problem = `${error instanceof Error ? error.message : String(error)}\n${await stage.client.log()}`;
    await stage.step('Stopped here', 'What the window showed', () => Promise.resolve());
  }
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  const { actions } = stage.ledger;
  await stage.close();
  return {
    name,
    where,
    signIn,
    guideSteps,
    actions,
    seconds,
    ok: problem === null,
    ...(problem === null ? {} : { problem }),
    steps: stage.steps,
  };
}
