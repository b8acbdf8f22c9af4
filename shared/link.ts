import { taskSchema, type Task } from './task.ts';

/** What a `causeway://` link asks for. A link may open the window at a confirmation, no further. */
export type Link = { kind: 'connect'; profileId: string } | { kind: 'task'; task: Task } | { kind: 'campus'; address: string };

export const linkScheme = 'causeway';

/** Reads a link, or null where it is none of ours: wrong scheme, unknown verb, anything extra. Capitals say nothing: hosts, ids and verbs have none. */
export function readLink(given: string): Link | null {
  if (given.length > 300) return null;
  // Of other alphabets nothing is lowered into ours
  const text = given.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
  const campus = /^causeway:\/\/campus\/([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:\d{1,5})?)\/?$/.exec(text);
  if (campus?.[1]) return { kind: 'campus', address: campus[1] };
  const match = /^causeway:\/\/(connect|task)\/([a-z0-9-]{1,63})\/?$/.exec(text);
  if (!match?.[2]) return null;
  if (match[1] === 'connect') return /^[a-z0-9]/.test(match[2]) ? { kind: 'connect', profileId: match[2] } : null;
  const task = taskSchema.safeParse(match[2]);
  return task.success ? { kind: 'task', task: task.data } : null;
}
