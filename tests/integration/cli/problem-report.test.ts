import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { expect, test } from 'vitest';
import { startCampus } from '../../../campus/campus.ts';
import { helpCode, readHelpCode } from '../../../shared/help-code.ts';
import { cliFolder, startCli } from '../../support/cli.ts';

test('causeway report shows the whole report, replaces names, and saves exactly what it showed, as text or zip', async () => {
  const campus = await startCampus();
  try {
    const folder = await cliFolder([campus.profile]);
    await mkdir(path.join(folder, 'logs'));
    const logged = [
      'access: asking-push vpn.campus.test',
      'access: idle (push-timed-out)',
      'read /home/canary/x from 203.0.113.9 for canary@evil.example, code 482913',
    ];
    await writeFile(path.join(folder, 'logs', 'causeway.log'), logged.map((line) => `2026-11-29T10:00:00.000Z ${line}\n`).join(''));
    for (const name of ['report.txt', 'report.zip']) {
      const file = path.join(folder, name);
      const run = startCli(['report', '--save', file], { folder });
      expect(await run.code).toBe(0);
      const saved = await readFile(file);
      const text = name.endsWith('zip') ? Buffer.from(Object.values(unzipSync(saved))[0] ?? []).toString() : saved.toString();
      expect(run.out).toContain(text.trimEnd());
      expect(run.out).toContain(`Saved as ${file}.`);
      for (const part of ['== Log of the app ==', '[ok] gateway', 'read /home/person-', 'from address-', 'idle (push-timed-out)'])
        expect(text).toContain(part);
      for (const secret of ['canary', '203.0.113.9', '482913']) expect(text).not.toContain(secret);
      const code = /help desk: ([\dA-Z ]{14})/.exec(text)?.[1] ?? '';
      expect(readHelpCode(code)).toMatchObject({ failure: 'push-timed-out', step: 'asking-push' });
    }
    const json = startCli(['report', '--json'], { folder });
    expect(await json.code).toBe(0);
    expect(json.events.find(({ event }) => event === 'report')).toMatchObject({
      text: expect.stringContaining('Nothing was sent') as unknown,
    });
  } finally {
    await campus.stop();
  }
});

test('causeway report says when the file cannot be written, and saves nothing without being asked', async () => {
  const folder = await cliFolder();
  const run = startCli(['report', '--save', path.join(folder, 'no', 'such', 'report.txt')], { folder });
  expect(await run.code).toBe(2);
  expect(run.seen).toContain('The report was not saved');
  const misused = startCli(['status', '--save', 'x'], { folder });
  expect(await misused.code).toBe(2);
});

test('causeway explain says what a code means, and when it was misheard', async () => {
  const folder = await cliFolder();
  const code = helpCode({ failure: 'no-gateway', step: 'asking-credentials', version: '0.1.0', platform: 'win32' });
  const run = startCli(['explain', ...code.toLowerCase().split(' ')], { folder });
  expect(await run.code).toBe(0);
  for (const part of [
    'no-gateway, at the step asking-credentials, in version 0.1.0 on win32',
    'The person sees: No gateway',
    'Ask: ',
    'Do: ',
  ])
    expect(run.out).toContain(part);
  const wrong = startCli(['explain', `${code.slice(0, -1)}${code.endsWith('X') ? '2' : 'X'}`], { folder });
  expect(await wrong.code).toBe(2);
  expect(wrong.seen).toContain('misheard');
  expect(await startCli(['explain'], { folder }).code).toBe(2);
});
