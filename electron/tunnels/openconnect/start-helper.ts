import net from 'node:net';
import { userInfo } from 'node:os';
import { fail } from '../../../shared/failure.ts';
import { isRootsAlone } from '../../trust/root-owned.ts';

export interface StartHelperDeps {
  /** The helper as the installer brought it along. */
  executable: string;
  socket: () => Promise<string>;
  /** The system's own prompt for an administrator; resolves at the command's end. */
  elevate: (command: string) => Promise<void>;
  user?: string;
}

/** A person looks for a password, or for somebody who has one. */
const answersWithinMs = 120_000;
const lookEveryMs = 250;

/**
 * Starts the helper for one person and one gateway, where it is not installed as a service and an administrator agrees.
 * It goes by itself once nobody needs it. Fails with `helper-missing`: there is none, or nobody agreed.
 */
export function startHelperOnce({ executable, socket, elevate, user = userInfo().username }: StartHelperDeps) {
  return async (host: string, signal: AbortSignal): Promise<void> => {
    // Root is to run nothing that others can change, and a shell to see nothing but plain words
    const fits = /^\/[A-Za-z0-9._/ -]+$/.test(executable) && /^[a-z_][a-z0-9_.-]{0,31}$/.test(user) && /^[A-Za-z0-9.-]{1,253}$/.test(host);
    if (!fits || !(await isRootsAlone(executable))) throw fail('helper-missing', undefined, { detail: 'no helper that is safe to start' });
    const over: string[] = [];
    elevate(`'${executable}' serve --once-for ${user} --gateway ${host}`).then(
      () => over.push('it ended'),
      (error: unknown) => over.push(error instanceof Error ? error.message : 'declined'),
    );
    const until = performance.now() + answersWithinMs;
    while (!(await listens(await socket()))) {
      if (signal.aborted) throw fail('cancelled');
      if (over.length > 0 || performance.now() > until) throw fail('helper-missing', undefined, { detail: over[0] ?? 'nobody answered' });
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
  };
}

function listens(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = net.connect(socket);
    connection.once('connect', () => resolve(true)).once('error', () => resolve(false));
    connection.once('connect', () => connection.destroy());
  });
}
