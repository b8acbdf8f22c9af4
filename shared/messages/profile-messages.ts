import type { ProfileContents } from '../app-state.ts';
import type { Localizer } from './localizer.ts';

/**
 * Places of a profile that are told elsewhere on the screen that shows it (its name, the help desk, who is trusted, whether
 * recovery is in the window), that tell only Causeway something, or that stand beside their host.
 */
const elsewhere: readonly string[] = [
  'version',
  'id',
  'name',
  'labels.userId',
  'labels.password',
  'portal.pages',
  'recovery.interface',
  'onCampus.campus',
  'trust.kind',
  'helpDesk.name',
  'helpDesk.phone',
  'helpDesk.email',
  'connectTo.port',
  'connectTo.loopbackPort',
];

/** One line about a profile: hosts that it names at one place, or what it says there. */
export interface ProfileLine {
  path: string;
  label: string;
  hosts: readonly { shown: string; outside: boolean }[];
  /** Where no hosts stand there. */
  text: string | null;
}

/** A notice may be pages long; it is shown whole before the first sign-in. */
const maxText = 400;
const shortened = (text: string): string => (text.length > maxText ? `${text.slice(0, maxText)}…` : text);

/** All that a profile does, line by line: hosts first, in the order in which profiles have them. */
export function profileLines(
  { destinations, settings }: ProfileContents,
  { messages, comma }: Pick<Localizer, 'messages' | 'comma'>,
): ProfileLine[] {
  const { part, value: values } = messages.preview;
  const label = (path: string): string => part[path] ?? path;
  const places = [...new Set(destinations.map(({ path }) => path))];
  const others = settings.filter(({ path }) => !elsewhere.includes(path));
  return [
    ...places.map((path) => ({ path, label: label(path), hosts: destinations.filter((each) => each.path === path), text: null })),
    // Several words at one place are one line
    ...[...new Set(others.map(({ path }) => path))].map((path) => {
      const texts = others.filter((each) => each.path === path).map(({ value }) => values[`${path}.${value}`] ?? String(value));
      return { path, label: label(path), hosts: [], text: shortened(texts.join(comma)) };
    }),
  ];
}
