import type { Answer, Prompt, PromptSelect } from '../../../shared/prompt.ts';
import { isSameName, notOffered } from '../../../shared/names.ts';
import { entryOf } from '../../storage/settings-file.ts';

/** Chosen labels by their headings, both as they were shown: a gateway may give its groups new ids. */
export type Choices = Readonly<Record<string, string>>;

/** Enough for any honest gateway. It limits how much text of a gateway's goes into the settings. */
const maxKept = 20;

/** The groups, realms and roles that a person chose in an answer. The choice of which session to end is not remembered. */
export function choicesIn(prompt: Prompt, answer: Answer): Choices {
  if (prompt.kind === 'choice') {
    const option = answer.kind === 'choice' && prompt.purpose !== 'session' && prompt.options.find(({ id }) => id === answer.option);
    return option ? { [headingOf(prompt)]: option.label } : {};
  }
  if (!('selects' in prompt) || !('values' in answer)) return {};
  const chosen = prompt.selects.flatMap(({ name, label, options }) => {
    const option = options.find(({ value }) => value === entryOf(answer.values, name));
    return option ? [[label, option.label] as const] : [];
  });
  return Object.fromEntries(chosen);
}

/** Adds choices to earlier ones, the newest last. The oldest are dropped first. */
export function withChoices(before: Choices, chosen: Choices): Record<string, string> {
  const others = Object.entries(before).filter(([heading]) => !Object.hasOwn(chosen, heading));
  return Object.fromEntries([...others, ...Object.entries(chosen)].slice(-maxKept));
}

/** A prompt with earlier choices selected, if they are still offered. */
export function presetChoices(prompt: Prompt, choices: Choices): Prompt {
  if (prompt.kind === 'choice') {
    const usual = usualOption(prompt, choices);
    if (usual !== null) return { ...prompt, usual };
    const isGroup = prompt.purpose === 'realm' || prompt.purpose === 'role';
    const before = isGroup ? entryOf(choices, headingOf(prompt)) : null;
    return before === null || prompt.failure ? prompt : { ...prompt, failure: notOffered(before, prompt.options) };
  }
  if (!('selects' in prompt)) return prompt;
  const gone = prompt.selects.find((select) => isNoLongerOffered(select, choices));
  const failure = gone && !prompt.failure ? { failure: notOffered(entryOf(choices, gone.label) ?? '', gone.options) } : {};
  const selects = prompt.selects.map((select) => {
    const value = chosenIn(select, choices);
    return value === null ? select : { ...select, value };
  });
  return { ...prompt, selects, ...failure };
}

/** The id of the option that was chosen before, or null. */
export function usualOption(prompt: Extract<Prompt, { kind: 'choice' }>, choices: Choices): string | null {
  const label = prompt.purpose === 'session' ? null : entryOf(choices, headingOf(prompt));
  const found = label === null ? [] : prompt.options.filter((option) => isSameName(option.label, label));
  return found.length === 1 ? (found[0]?.id ?? null) : null;
}

/** Whether the group that was chosen before is no longer offered. */
export function isNoLongerOffered(select: PromptSelect, choices: Choices): boolean {
  return select.group === true && entryOf(choices, select.label) !== null && chosenIn(select, choices) === null;
}

/** The value of the option that was chosen before, or null. */
export function chosenIn(select: { label: string; options: readonly { value: string; label: string }[] }, choices: Choices): string | null {
  const label = entryOf(choices, select.label);
  const found = label === null ? [] : select.options.filter((option) => isSameName(option.label, label));
  return found.length === 1 ? (found[0]?.value ?? null) : null;
}

const headingOf = ({ title, purpose }: Extract<Prompt, { kind: 'choice' }>): string => title ?? purpose;
