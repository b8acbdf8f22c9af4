import { spawn } from 'node:child_process';

/** `npm run check`: runs every check, two at a time, the longest first. Prints the output of each in one piece when it is done. */
const waiting = ['lint', 'types', 'electron', 'format', 'dead', 'rooms'];
const failed: string[] = [];

async function takeTurns(): Promise<void> {
  for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) if (!(await passes(check))) failed.push(check);
}

function passes(check: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn('npm', ['run', '--silent', `check:${check}`], {
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (args: string) => (output += args));
    child.once('error', reject);
    child.once('close', (code) => {
      console.log(`${code === 0 ? 'ok     ' : 'failed '} check:${check}${output && `\n${output}`}`);
      resolve(code === 0);
    });
  });
}

await Promise.all([takeTurns(), takeTurns()]);
process.exitCode = failed.length > 0 ? 1 : 0;
