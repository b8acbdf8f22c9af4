import { expect, test } from 'vitest';
import { AccessHistory, historyIn } from '../../../electron/app/report/access-history.ts';
import { accessStates } from '../../support/app-state.ts';

test('the history notes each change once, keeps the step that failed, and is read back from the log', () => {
  const lines: string[] = [];
  const history = new AccessHistory(
    () => Date.parse('2026-11-29T10:00:00.000Z'),
    (line) => lines.push(`2026-11-29T10:00:00.000Z ${line}`),
  );
  history.note({ kind: 'idle', ending: null });
  expect(history.all).toEqual([]);
  const { contacting } = accessStates;
  history.note(contacting);
  history.note(contacting);
  history.note({ kind: 'closing', profileId: 'x', ending: { code: 'gateway-silent' } });
  expect(history.step).toBe('contacting');
  history.note({ kind: 'idle', ending: { code: 'gateway-silent' } });
  expect(history.step).toBe('contacting');
  expect(history.all.map(({ step, failure }) => [step, failure])).toEqual([
    ['contacting', null],
    ['closing', 'gateway-silent'],
    ['idle', 'gateway-silent'],
  ]);
  expect(historyIn(['something else', ...lines])).toEqual(history.all);
  history.note({ kind: 'idle', ending: null });
  expect(history.step).toBe('idle');
});

test('the history is bounded', () => {
  const history = new AccessHistory(
    () => 0,
    () => undefined,
  );
  for (let count = 0; count < 500; count++) {
    history.note({ kind: 'checking', profileId: 'x' });
    history.note({ kind: 'idle', ending: null });
  }
  expect(history.all.length).toBeLessThanOrEqual(60);
});
