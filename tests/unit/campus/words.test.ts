import { describe, expect, test } from 'vitest';
import { allWords } from '../../../campus/pages/words/words.ts';
import { languages } from '../../../shared/messages/languages.ts';
import { loadMessages } from '../../../shared/messages/catalogues.ts';

/** The English names that the guide, Duo and Causeway's column call the buttons by. */
const duoNames = { other: 'Other options', send: 'Send me a Push', passcode: 'Duo Mobile passcode', bypass: 'Bypass code' };

describe.each(languages)('the campus’s pages in %s', (language) => {
  const { duo, portal, recovery } = allWords[language];

  test(`the campus’s pages in ${language} have the English names of Duo’s buttons`, () => {
    const { other } = duo.push;
    const labels = { other, send: duo.send, passcode: duo.options.passcode, bypass: duo.options.bypass };
    for (const [key, name] of Object.entries(duoNames)) expect(labels).toHaveProperty(key, expect.stringContaining(name));
    expect([duo.passcode.verify, recovery.identity.verify, recovery.next, recovery.get]).toEqual([
      expect.stringContaining('Verify'),
      expect.stringContaining('Verify'),
      expect.stringContaining('Next'),
      expect.stringContaining('Get 2FA Passcode'),
    ]);
  });

  test(`the campus’s pages in ${language} call Causeway’s task by the name that Causeway gives it`, async () => {
    const { task } = await loadMessages[language]();
    expect(portal.noFactor.task).toBe(task['lost-phone'].name);
  });
});
