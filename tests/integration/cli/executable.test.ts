import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildCommandLine } from '../../../build/command-line.ts';
import { answersFile, cliFolder } from '../../support/cli.ts';
import { missingForPeers } from '../../peers/namespaces.ts';
import { startFamily } from '../../peers/gateways/other-families.ts';

describe.skipIf(missingForPeers() !== null)('the command line as one executable, on a computer without Node', () => {
  let folder: string;
  let executable: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'causeway-x-'));
    executable = await buildCommandLine(join(folder, 'native'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const env = { PATH: '/nowhere', HOME: '/nowhere' };

  test('the executable command line exists, and finds the library by running itself as its process', async () => {
    expect(execFileSync(executable, ['--version'], { env, cwd: '/', encoding: 'utf8' })).toMatch(/^\d+\.\d+\.\d+\n$/);
    const argv = ['doctor', '--json', '--user-data-dir', await cliFolder()];
    expect(execFileSync(executable, argv, { env, cwd: '/', encoding: 'utf8' })).toMatch(/libopenconnect is installed \(v\d/);
  });

  test('the executable command line has the campuses that ship beside it', async () => {
    const argv = ['profiles', 'um.edu.mo', '--json', '--user-data-dir', await cliFolder()];
    expect(execFileSync(executable, argv, { env, cwd: '/', encoding: 'utf8' })).toContain('"gateways":["sslvpn.um.edu.mo"]');
  });

  test('the executable command line signs in', async () => {
    const gateway = await startFamily('fortinet');
    try {
      const data = await cliFolder();
      const file = join(data, 'campus.causeway');
      await writeFile(file, JSON.stringify(gateway.profile()));
      const answers = await answersFile(data, { user: 'mei', password: 'harbour', passcode: '123456' });
      const child = spawn(executable, ['connect', file, '--answers', answers, '--json', '--user-data-dir', data], { env, cwd: '/' });
      let out = '';
      child.stdout.on('data', (bytes) => (out += String(bytes)));
      await once(child, 'close');
      expect(out).toContain('"state":"opening"');
      // Its gateway has no tunnel
      expect(out).toContain('"tunnel-failed"');
      expect(child.exitCode).toBe(5);
    } finally {
      await gateway.stop();
    }
  });
});
