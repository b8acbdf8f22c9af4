import type { AdviceName, FactName, Finding } from '../../../shared/check.ts';
import type { Failure } from '../../../shared/failure.ts';

type Params = Record<string, string | number>;

/** Nothing to do about it. */
export const passed = (check: string, fact: FactName, params: Params = {}): Finding => ({
  check,
  result: 'ok',
  says: { kind: 'fact', fact, params },
  todo: null,
  prevents: false,
});

/** Something that a person may want to change. */
export const remark = (check: string, fact: FactName, params: Params, advice: AdviceName, adviceParams: Params = {}): Finding => ({
  check,
  result: 'attention',
  says: { kind: 'fact', fact, params },
  todo: { advice, params: adviceParams, instead: true },
  prevents: false,
});

/** A failure, with its own advice. `prevents`: nobody can connect before it is solved. */
export const problem = (check: string, failure: Failure, prevents: boolean): Finding => ({
  check,
  result: 'attention',
  says: { kind: 'failure', failure },
  todo: null,
  prevents,
});
