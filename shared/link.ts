import { taskSchema, type Task } from './task.ts';

/** What a `causeway://` link asks for; `connect` without a profile means the campus that was used last. A link may open the window at a confirmation and do no more. */
export type Link = { kind: 'connect'; profileId: string | null } | { kind: 'task'; task: Task } | { kind: 'campus'; address: string };

export const linkScheme = 'causeway';

/**
 * Reads a link. Null if it is not one of ours: wrong scheme, unknown verb, anything extra. Case does not matter, because
 * hosts, ids and verbs are lower case.
 */
export function readLink(address: string): Link | null {
  if (address.length > 300) return null;
  // Only ASCII letters are lowered, so that no other alphabet's letter becomes one of ours
  const text = address.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
  const campus = /^causeway:\/\/campus\/([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:\d{1,5})?)\/?$/.exec(text);
  if (campus?.[1]) return { kind: 'campus', address: campus[1] };
  if (/^causeway:\/\/connect\/?$/.test(text)) return { kind: 'connect', profileId: null };
  const match = /^causeway:\/\/(connect|task)\/([a-z0-9-]{1,63})\/?$/.exec(text);
  if (!match?.[2]) return null;
  if (match[1] === 'connect') return /^[a-z0-9]/.test(match[2]) ? { kind: 'connect', profileId: match[2] } : null;
  const task = taskSchema.safeParse(match[2]);
  return task.success ? { kind: 'task', task: task.data } : null;
}
