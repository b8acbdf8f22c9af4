import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { allWords } from '../../../campus/pages/words/words.ts';
import { loadMessages } from '../../../shared/messages/catalogues.ts';
import { languages, type Language } from '../../../shared/messages/languages.ts';
import { guideSteps, stepAt, type PortalTask } from '../../../shared/task.ts';
import { ana, kit, mei } from '../../support/campus/campus-services.ts';
import { answerPush, openTestPortal, textById, type TestPortal } from '../../support/campus/portal-visit.ts';
import { quotedNames } from '../../support/campus/quoted-names.ts';
import { labelsOn, textOf, type Shown, type Visitor } from '../../support/campus/visitor.ts';

let portal: TestPortal;
beforeEach(async () => {
  portal = await openTestPortal();
});
afterEach(() => portal.close());

const wordsOf = (language: Language) => allWords[language].portal;

async function signIn(visitor: Visitor, language: Language, { userId, password }: typeof kit): Promise<Shown> {
  return await visitor.submit(await visitor.get('/'), wordsOf(language).signIn.submit, { userId, password });
}

/** Every page of a task, in its order. */
async function pagesOf(task: PortalTask, language: Language): Promise<Shown[]> {
  const words = wordsOf(language);
  const visitor = portal.visitor(language);
  const pages = [await visitor.get('/')];
  let shown = await signIn(visitor, language, task === 'add-device' ? mei : ana);
  const next = (page: Shown) => {
    shown = page;
    pages.push(shown);
  };
  next(shown);
  if (task === 'add-device') {
    next(await visitor.follow(shown, words.add));
    next(await visitor.submit(shown, words.gate.enter, { passcode: portal.code(mei.phone) }));
    next(await visitor.submit(shown, words.adding.tablet));
    next(await visitor.submit(shown, words.adding.ios));
    next(await visitor.submit(shown, words.adding.installed));
    await portal.factors.activate('new-phone', textById(shown, 'activation-code'), 'My tablet');
    next(await visitor.submit(await visitor.get('/add/scan'), words.scan.goOn));
    next(await visitor.submit(shown, words.gate.enter, { passcode: portal.code('new-phone') }));
  } else {
    next(await visitor.follow(shown, words.settings));
    next(await visitor.submit(shown, words.gate.enter, { passcode: portal.code(ana.phone) }));
    next(await visitor.follow(shown, words.devices.options));
    next(await visitor.submit(shown, words.devices.remove));
    next(await visitor.submit(shown, words.devices.remove));
  }
  return pages;
}

const textsIn = (value: unknown): string[] =>
  typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [String(value)];

/** What the portal says in other languages only. */
function foreignSentences(language: Language): string[] {
  const ours = textsIn(wordsOf(language)).join('\n');
  const others = languages.filter((other) => other !== language).flatMap((other) => textsIn(wordsOf(other)));
  // Short words of one language are parts of words of another
  return others.filter(
    (sentence) => !sentence.includes('{') && sentence.length > (/\p{Script=Han}/u.test(sentence) ? 3 : 10) && !ours.includes(sentence),
  );
}

describe.each(languages)('the device portal in %s', (language) => {
  test.each(['add-device', 'remove-device'] as const)(
    `every button that Causeway’s column quotes for %s is on the portal’s page in ${language}, which says nothing in another language`,
    async (task) => {
      // The English sentences quote no names; the Portuguese ones quote the same
      const { guide } = await loadMessages[language === 'en' ? 'pt' : language]();
      const sentences = new Map<string, string | readonly string[]>(Object.entries(guide.steps[task]));
      const foreign = foreignSentences(language);
      const pages = await pagesOf(task, language);
      const quoted = new Set<string>();
      for (const page of pages) {
        const id = guideSteps[task][stepAt(task, page.path) ?? -1]?.id ?? '';
        const lost = id === 'confirm' && task === 'add-device' ? [guide.confirmHeld, guide.confirmLost] : [];
        const names = [...[sentences.get(id) ?? []].flat(), ...lost].flatMap(quotedNames);
        const labels = labelsOn(page);
        const text = textOf(page);
        for (const sentence of foreign) expect(text).not.toContain(sentence);
        for (const name of names) {
          quoted.add(name);
          expect(labels, `${page.path}: ${labels.join(' | ')}`).toContainEqual(expect.stringContaining(name));
          // To be read, not only heard
          expect(text, page.path).toContain(name);
        }
      }
      // The last sentence of a task is no instruction, and no page was left out
      expect(pages.map(({ path }) => stepAt(task, path))).toEqual(guideSteps[task].map((_step, index) => index));
      const all = [...sentences.values()].flat().flatMap(quotedNames);
      expect([...quoted]).toEqual(expect.arrayContaining([...new Set(all)]));
      expect(all.length).toBeGreaterThan(2);
    },
  );
});

test('a language that was chosen on the portal stays, and the failure on the page is told again in it', async () => {
  const visitor = portal.visitor('en');
  const rejected = await visitor.submit(await visitor.get('/'), 'Sign in', { userId: mei.userId, password: 'wrong' });
  expect(textOf(rejected)).toContain('do not go together');
  const chosen = await visitor.follow(rejected, 'Português');
  expect(textOf(chosen)).toContain(allWords.pt.failures['sign-in-rejected']);
  expect(textOf(await visitor.get('/sign-in'))).not.toContain(allWords.pt.failures['sign-in-rejected']);
  expect((await signIn(visitor, 'pt', mei)).path).toBe('/home');

  const confirm = await visitor.follow(await visitor.get('/home'), wordsOf('pt').add);
  const wrong = await visitor.submit(confirm, wordsOf('pt').gate.enter, { passcode: '000000' });
  expect(textOf(wrong)).toContain(`${allWords.pt.failures['passcode-wrong']} Restam`);
  expect(textOf(await visitor.follow(wrong, '中文'))).toContain(`${allWords['zh-Hant'].failures['passcode-wrong']}還可以嘗試`);
});

test('somebody without a device or a passcode is told in each language where to get one', async () => {
  for (const language of languages) {
    const visitor = portal.visitor(language);
    const [device] = portal.factors.devices(kit.userId);
    if (device) await portal.factors.remove(kit.userId, device.id);
    const home = await signIn(visitor, language, kit);
    const { noFactor, add } = wordsOf(language);
    const text = textOf(await visitor.follow(home, add));
    expect(text).toContain(noFactor.why);
    expect(text).toContain('recovery.campus.test');
    expect(text).not.toContain('{');
  }
});

test('a push in the portal, and how it ends, are told in Portuguese and in Chinese', async () => {
  for (const language of ['pt', 'zh-Hant'] as const) {
    const { gate, push, settings } = wordsOf(language);
    const visitor = portal.visitor(language);
    const confirm = await visitor.follow(await signIn(visitor, language, mei), settings);
    const sent = await visitor.submit(confirm, gate.push);
    expect(textOf(sent)).toContain(push.text);
    await answerPush(portal, mei.phone, 'deny');
    expect(textOf(await visitor.get(sent.path))).toContain(push.endings.denied.text);
  }
});
