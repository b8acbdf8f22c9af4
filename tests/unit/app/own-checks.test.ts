import { expect, test } from 'vitest';
import { ownChecks, type OwnWays } from '../../../electron/app/check/own-checks.ts';
import { findingMessage } from '../../../shared/messages/finding-message.ts';
import { english } from '../../support/english.ts';

const automatic: OwnWays = {
  updates: null,
  alwaysConnect: null,
  wanted: { updates: { mode: 'automatic', isPolicy: false }, alwaysConnect: false },
};
const said = (own: Partial<OwnWays>, appRuns = true): string[] =>
  [...ownChecks({ ...automatic, ...own }, appRuns)].map((finding) => {
    const { says, todo } = findingMessage(finding, english);
    return `${finding.check} ${finding.result}: ${says} ${todo}`.trim();
  });

test.each<[Partial<OwnWays>, RegExp]>([
  [{ updates: { kind: 'idle', checkedAt: null } }, /^updates ok: Causeway keeps itself up to date\.$/],
  [{ updates: { kind: 'ready', version: '0.2.0', whatsNew: null } }, /^updates ok: Version 0\.2\.0 is ready/],
  [{ updates: { kind: 'off', why: 'person' } }, /^updates attention: .*switch updates on/],
  [{ updates: { kind: 'off', why: 'policy' } }, /^updates ok: The policy/],
  [{ updates: { kind: 'off', why: 'build' } }, /^updates ok: This copy/],
  [{ updates: { kind: 'by-it', by: 'package-manager' } }, /^updates ok: IT or the package manager/],
  [{ updates: { kind: 'failed', failure: { code: 'update-invalid' }, checkedAt: null, retryAt: null } }, /^updates attention: /],
  [{}, /^updates ok: Updates are on/],
  [{ wanted: { ...automatic.wanted, updates: { mode: 'it', isPolicy: true } } }, /^updates ok: IT or/],
  [{ wanted: { ...automatic.wanted, updates: { mode: 'off', isPolicy: true } } }, /^updates ok: The policy/],
  [{ wanted: { ...automatic.wanted, updates: { mode: 'off', isPolicy: false } } }, /^updates attention: Updates are switched off/],
])('the check says of updates %j: %s', (own, says) => {
  expect(said(own)).toEqual([expect.stringMatching(says)]);
});

test('the check says of an update that is ready also why no check has succeeded since', () => {
  const failure = { code: 'update-expired' as const, params: { endedAt: 0, nowDateAt: 1 } };
  const expired = expect.stringMatching(/^updates attention: .*was valid until/) as string;
  const ready = expect.stringMatching(/^updates ok: Version 0\.2\.0 is ready/) as string;
  expect(said({ updates: { kind: 'ready', version: '0.2.0', whatsNew: null, failure } })).toEqual([expired, ready]);
  expect(said({ updates: { kind: 'checking', checkedAt: null, failure } })).toEqual([expired]);
});

test.each<[Partial<OwnWays>, boolean, RegExp | null]>([
  [{ alwaysConnect: { step: 'off' } }, true, null],
  [{ alwaysConnect: { step: 'watching' } }, true, /^always-connect ok: Causeway connects by itself/],
  [{ alwaysConnect: { step: 'paused', until: Date.now() } }, true, /^always-connect ok: .*paused until \d/],
  [{ alwaysConnect: { step: 'waiting', until: Date.now() } }, true, /^always-connect ok: .*by itself at \d/],
  [{ alwaysConnect: { step: 'asking', round: 1 } }, true, /^always-connect attention: .*Press Connect/],
  [{ alwaysConnect: { step: 'stopped', round: 1 } }, true, /^always-connect attention: /],
  [{ wanted: { ...automatic.wanted, alwaysConnect: true } }, false, /^always-connect attention: .*not running.*Start the app/],
  // An older app, which does not say
  [{ wanted: { ...automatic.wanted, alwaysConnect: true } }, true, null],
])('the check says of connecting by itself %j, if an app runs (%j): %s', (own, appRuns, says) => {
  expect(said(own, appRuns).slice(1)).toEqual(says === null ? [] : [expect.stringMatching(says)]);
});
