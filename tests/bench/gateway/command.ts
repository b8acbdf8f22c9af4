import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Ocserv } from '../../peers/gateways/ocserv.ts';

/** The two waits of a sign-in, milliseconds. */
export interface SignInTimes {
  /** From the start to the first form. */
  form: number;
  /** From the last answer to the cookie. */
  cookie: number;
}

/** Signs in with `openconnect --authenticate`, like a person who types the answers. */
export async function signInByCommand(lab: Ocserv, user: string, port: number): Promise<SignInTimes> {
  const from = performance.now();
  const child = spawn('openconnect', [
    '--protocol=anyconnect',
    '--authenticate',
    `--servercert=pin-sha256:${lab.pin}`,
    `--resolve=${lab.host}:127.0.0.1`,
    `https://${lab.host}:${port}/`,
  ]);
  const answers = [user, lab.user(user).password, lab.codeFor(user)];
  const times: SignInTimes = { form: NaN, cookie: NaN };
  let stderr = '';
  let output = '';
  let answeredAt = 0;
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    // Its questions have no line end: `Username:`, then `Password:` twice
    while (/(Username|Password):/.test(stderr) && answers.length > 0) {
      stderr = stderr.replace(/[^]*?(Username|Password):/, '');
      if (Number.isNaN(times.form)) times.form = performance.now() - from;
      answeredAt = performance.now();
      child.stdin.write(`${answers.shift() ?? ''}\n`);
    }
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (Number.isNaN(times.cookie) && output.includes('COOKIE=')) times.cookie = performance.now() - answeredAt;
  });
  await once(child, 'close');
  if (Number.isNaN(times.cookie)) throw new Error(`openconnect did not sign in: ${stderr}`);
  return times;
}
