import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { languages } from '../../shared/messages/languages.ts';
import { ensureSystemTools } from '../../build/system.ts';
import { bringIntoView, drawScreen, isWide, themes } from '../screens/draw.ts';
import { now, screens } from '../screens/states.ts';
import { buildWindow, launchChromium, openWindow, serve } from '../screens/window.ts';
import { contactSheet } from './contact-sheet.ts';
import { drawThirty, references } from './thirty.ts';

/**
 * `npm run pictures`: draws every screen in each language and theme into `out/pictures/`, puts small copies of them together in
 * contact sheets, and makes the thirty references anew that `npm test` compares with. `npm run pictures -- --references` makes
 * only these. Look at what changed before you commit it.
 */
const root = join(import.meta.dirname, '../..');
const args = process.argv.slice(2);
const onlyReferences = args.includes('--references');
if (args.some((arg) => arg !== '--references')) {
  console.error('Usage: npm run pictures [-- --references]   draw every screen, or only the references that npm test compares with');
  process.exit(args.includes('--help') ? 0 : 1);
}
if (process.platform === 'linux') ensureSystemTools(['chromium', 'fonts']);

const browser = await launchChromium();
const server = await serve(await buildWindow('english'));
try {
  const window = await openWindow(browser, server.address, now);
  await rm(references, { recursive: true, force: true });
  await mkdir(references, { recursive: true });
  for await (const { name, drawn } of drawThirty(window)) await writeFile(join(references, `${name}.png`), drawn);
  console.log(`wrote ${(await readdir(references)).length} references`);
  if (!onlyReferences) await everyScreen();
} finally {
  await browser.close();
  await server.close();
}

async function everyScreen(): Promise<void> {
  const window = await openWindow(browser, server.address, now);
  const folder = join(root, 'out/pictures');
  const sheets = new Map<string, { name: string; isWide: boolean; drawn: Buffer }[]>();
  for (const name of Object.keys(screens)) {
    await drawScreen(window, name);
    for (const language of languages) {
      await window.speak(language);
      await bringIntoView(window, name);
      for (const [theme, media] of Object.entries(themes)) {
        await window.page.emulateMedia(media);
        const drawn = await window.page.screenshot({ caret: 'hide' });
        const sheet = `${language}-${theme}`;
        await mkdir(join(folder, sheet), { recursive: true });
        await writeFile(join(folder, sheet, `${name}.png`), drawn);
        sheets.set(sheet, [...(sheets.get(sheet) ?? []), { name, isWide: isWide(name), drawn }]);
      }
    }
  }
  for (const [sheet, pictures] of sheets) {
    const file = join(root, 'docs/pictures', `screens-${sheet}.webp`);
    await writeFile(file, await contactSheet(browser, pictures));
    console.log(`wrote ${pictures.length} screens to docs/pictures/screens-${sheet}.webp`);
  }
}
