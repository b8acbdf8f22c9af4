import type { Failure } from '../../shared/failure.ts';
import type { Speech } from './speech.ts';

/** The text of a failure that visitors can meet. */
export function sentence(speech: Speech, { code, params }: Failure, now: number): string {
  const { failures } = speech.words;
  const texts: Readonly<Record<string, string | undefined>> = failures;
  const text = texts[code] ?? failures.other;
  const untilAt = params?.['untilAt'];
  if (typeof untilAt !== 'number') return text;
  return speech.say(text, { time: speech.time(untilAt), left: speech.inMinutes(untilAt, now) });
}
