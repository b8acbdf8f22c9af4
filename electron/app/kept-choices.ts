import type { Answer, Prompt } from '../../shared/prompt.ts';
import { entryOf } from '../storage/kept.ts';

/** What was chosen, by the heading it was chosen under: both as they were shown, since a gateway may number its groups anew. */
export type Choices = Readonly<Record<string, string>>;

/** Enough for any honest gateway, and no more of another's words in the settings. */
const maxKept = 20;

/** What a person chose in answering a prompt: groups, realms, roles. Which session to end is no habit. */
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

/** Adds choices to those before them, the newest last; the oldest give way. */
export function withChoices(before: Choices, chosen: Choices): Record<string, string> {
  const others = Object.entries(before).filter(([heading]) => !Object.hasOwn(chosen, heading));
  return Object.fromEntries([...others, ...Object.entries(chosen)].slice(-maxKept));
}

/** A prompt in which what was chosen before is chosen already, where it is still offered. */
export function asChosen(prompt: Prompt, choices: Choices): Prompt {
  if (prompt.kind === 'choice') {
    const usual = usualOption(prompt, choices);
    return usual === null ? prompt : { ...prompt, usual };
  }
  if (!('selects' in prompt)) return prompt;
  const selects = prompt.selects.map((select) => {
    const value = chosenIn(select, choices);
    return value === null ? select : { ...select, value };
  });
  return { ...prompt, selects };
}

/** The id of the option that was chosen before, or null. */
export function usualOption(prompt: Extract<Prompt, { kind: 'choice' }>, choices: Choices): string | null {
  const label = prompt.purpose === 'session' ? null : entryOf(choices, headingOf(prompt));
  return prompt.options.find((option) => option.label === label)?.id ?? null;
}

/** The value of the option that was chosen before, or null. */
export function chosenIn(select: { label: string; options: readonly { value: string; label: string }[] }, choices: Choices): string | null {
  const label = entryOf(choices, select.label);
  return select.options.find((option) => option.label === label)?.value ?? null;
}

const headingOf = ({ title, purpose }: Extract<Prompt, { kind: 'choice' }>): string => title ?? purpose;
