import type { AdviceName, Finding } from '../check.ts';
import type { Localizer } from './localizer.ts';

/** What was found, and what to do about it; empty if nothing. */
export interface FindingMessage {
  says: string;
  todo: string;
}

/**
 * A finding in words.
 *
 * @param ownAdvice advice that is different where it is read, in a terminal
 */
export function findingMessage(
  { says, todo }: Finding,
  localizer: Localizer,
  ownAdvice: Partial<Record<AdviceName, string>> = {},
): FindingMessage {
  const { format, messages } = localizer;
  const advice = todo === null ? '' : format(ownAdvice[todo.advice] ?? messages.check.advice[todo.advice], todo.params);
  if (says.kind === 'fact') return { says: format(messages.check.facts[says.fact], says.params), todo: advice };
  const { title, happened, todo: own } = localizer.failure(says.failure);
  return {
    says: format(messages.check.failed, { title, happened }),
    todo: todo === null ? own : todo.instead ? advice : format(messages.check.both, { first: own, second: advice }),
  };
}
