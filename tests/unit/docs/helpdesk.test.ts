import { expect, test } from 'vitest';
import { helpDeskDocument, isHelpDeskCurrent } from '../../../build/helpdesk.ts';
import { failureCodes } from '../../../shared/failure.ts';

test('docs/helpdesk.md is as the catalogues make it (npm run helpdesk)', async () => {
  expect(await isHelpDeskCurrent()).toBe(true);
});

test('the page for the help desk has every failure in three languages, with what to ask and what to do', async () => {
  const text = await helpDeskDocument();
  const entries = text.split('\n### ').slice(1);
  expect(entries.map((entry) => entry.split('\n', 1)[0])).toEqual([...failureCodes]);
  for (const entry of entries)
    for (const part of [/^- English: \*\*\S/m, /^- Português: \*\*\S/m, /^- 繁體中文: \*\*\S/m, /^Ask: \S/m, /^Do: \S/m])
      expect(entry).toMatch(part);
});
