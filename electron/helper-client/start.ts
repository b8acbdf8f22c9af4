import { spawn, type SpawnOptions } from 'node:child_process';
import net, { isIP } from 'node:net';
import { delay } from '../../shared/abort.ts';
import { fail } from '../../shared/failure.ts';
import { onlyRootCanChange } from '../system/root-owned.ts';
import { pkexecProgram } from './pkexec-linux.ts';

export interface StartHelperDeps {
  /** The helper that the package installed. */
  executable: string;
  socket: () => Promise<string>;
  /** polkit's pkexec, which asks for an administrator's password and then runs the program. */
  pkexec?: string;
}

/** The gateway that an administrator is asked to approve. */
export interface ProposedGateway {
  host: string;
  /** How it is verified: `system`, or the key that the person accepted (`pin-sha256:…`). The administrator sees it. */
  proof: string;
}

/** The person may have to find the password, or somebody who knows it. */
const answerTimeoutMs = 120_000;
const lookEveryMs = 250;
const hostPattern = /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;
const proofPattern = /^(system|pin-sha256:[A-Za-z0-9+/]{43}=)$/;

/**
 * Linux: starts the helper for the current user and one gateway if it is not installed as a service and an administrator
 * agrees. polkit asks them with the text of our action file, which shows the whole command. They approve the gateway and its
 * proof, and the helper accepts no other argument. It exits by itself when nobody needs it. Fails with `helper-missing` if
 * there is no helper or nobody agreed.
 */
export function startHelperOnce({ executable, socket, pkexec = pkexecProgram }: StartHelperDeps) {
  return async ({ host, proof }: ProposedGateway, signal: AbortSignal): Promise<void> => {
    const fits = (hostPattern.test(host) || isIP(host) === 6) && proofPattern.test(proof);
    // Root must not run a program that others can change
    if (!fits || !(await onlyRootCanChange(executable)) || !(await onlyRootCanChange(pkexec)))
      throw fail('helper-missing', undefined, { detail: 'no helper that only root can change' });
    const over: string[] = [];
    // Detached: it outlives us, so that it can restore the network
    const options: SpawnOptions = { stdio: 'ignore', env: {}, cwd: '/', shell: false, detached: true };
    const child = spawn(pkexec, ['--disable-internal-agent', executable, 'once', host, proof], options);
    child.unref();
    child.once('error', () => over.push('it could not be asked for')).once('exit', (code) => over.push(reasonFor(code)));
    const until = performance.now() + answerTimeoutMs;
    while (!(await listens(await socket()))) {
      if (over.length > 0 || performance.now() > until) throw fail('helper-missing', undefined, { detail: over[0] ?? 'nobody answered' });
      if (signal.aborted) {
        // Withdraw the question
        child.kill();
        throw fail('cancelled');
      }
      await delay(lookEveryMs);
    }
  };
}

/** pkexec(1), "Return value". */
const reasonFor = (code: number | null): string =>
  code === 126 ? 'declined' : code === 127 ? 'not authorized' : `it ended (${code ?? 'killed'})`;

function listens(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = net.connect(socket);
    connection.once('connect', () => resolve(true)).once('error', () => resolve(false));
    connection.once('connect', () => connection.destroy());
  });
}
