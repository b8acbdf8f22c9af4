import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test as base } from 'playwright/test';
import { startClient } from './support/client.ts';
import { inDouble, onRealElectron } from './support/double.ts';

/** Internal errors and unusable folders: the app reports each in a sentence, and opens if it can. */
const test = base.extend<{ folder: string }>({
  folder: async ({}, use) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'causeway-trouble-'));
    await use(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  },
});

test('an uncaught exception is logged without anything like a secret, shown, and ends the app; the next start mentions it again', async ({
  folder,
}) => {
  const userData = path.join(folder, 'user');
  const client = await startClient({ userData });
  const app = client.electron.process();
  let output = '';
  app.stderr?.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = once(app, 'exit');
  if (!onRealElectron) await inDouble(client, (double) => void double.dialogAnswers.message.push({ response: 1, checkboxChecked: false }));
  await client.electron.evaluate(() => {
    setTimeout(() => {
      throw new Error('a fault with password: hunter2');
    });
  });
  expect((await ended)[0]).toBe(1);
  expect(output).not.toContain('A JavaScript error occurred');
  const log = await client.log();
  expect(log).toContain('uncaught: Error: a fault with password:');
  expect(log).not.toContain('hunter2');

  const next = await startClient({ userData });
  await expect(next.window.getByText('Causeway had to close').first()).toBeVisible();
  await next.picture(path.resolve('out/pictures/fault-ended.png'));
  await next.close();
  const after = await startClient({ userData });
  await expect(after.window.getByText('Causeway had to close')).toHaveCount(0);
  await after.close();
});

test('an unhandled promise rejection is logged and shown, and the app keeps running', async () => {
  const client = await startClient();
  await client.electron.evaluate(() => void Promise.reject(new Error('nobody waits')));
  await expect(client.window.getByText('Something went wrong in Causeway').first()).toBeVisible();
  expect(await client.log()).toContain('unhandled: Error: nobody waits');
  await client.window.getByRole('button', { name: 'Dismiss' }).click();
  await expect(client.window.getByText('Something went wrong in Causeway')).toHaveCount(0);
  await client.close();
});

test('a user-data folder that cannot be read is reported, and the app opens as if new', async ({ folder }) => {
  const userData = path.join(folder, 'no-folder');
  await writeFile(userData, 'a file stands where the folder should');
  const client = await startClient({ userData });
  await expect(client.window.getByText('Your settings cannot be read').first()).toBeVisible();
  await expect(client.window.getByText(userData).first()).toBeVisible();
  await client.picture(path.resolve('out/pictures/folder-unusable.png'));
  await client.close();
  expect(await readFile(userData, 'utf8')).toBe('a file stands where the folder should');
});
