import { createContext, use, useEffect, useEffectEvent, useRef, useState, type ReactNode } from 'react';
import { passingMs } from './heading-focus.ts';

/** A sentence for people who do not see the screen change. `id`: the same sentence again is another one. */
export interface Announcement {
  id: number;
  text: string;
}

type Say = (sentence: string) => void;

/** The focus moves first, and is read first. What happens within this time is one announcement. */
export const gatherMs = passingMs + 50;

const SayContext = createContext<Say>(() => undefined);
const SaidContext = createContext<readonly Announcement[]>([]);

/** The one way to say something to a screen reader. `ui/live-region.tsx` is where it is read. */
export function AnnouncerProvider({ children }: { children: ReactNode }) {
  const [said, setSaid] = useState<readonly Announcement[]>([]);
  const [say] = useState(() => createSay(setSaid));
  return (
    <SayContext value={say}>
      <SaidContext value={said}>{children}</SaidContext>
    </SayContext>
  );
}

function createSay(show: (said: readonly Announcement[]) => void): Say {
  let waiting: string[] = [];
  let count = 0;
  return (sentence) => {
    if (sentence === '') return;
    if (waiting.length === 0)
      setTimeout(() => {
        show(waiting.map((text) => ({ id: (count += 1), text })));
        waiting = [];
      }, gatherMs);
    // Once, and where it was said last: what is heard last is true
    waiting = [...waiting.filter((each) => each !== sentence), sentence];
  };
}

/** Says a sentence once, when something has happened. */
export const useSay = (): Say => use(SayContext);

/** What was said last. */
export const useSaid = (): readonly Announcement[] => use(SaidContext);

/**
 * Says these sentences when they appear, and again when they change. Null says nothing.
 *
 * @param about what they are about: if it is given, only a change of it is news, and not one of the words
 * @param atFirst whether they are said when the component appears, and not only when they change
 */
export function useAnnounced(
  sentences: string | readonly string[] | null,
  { about, atFirst = true }: { about?: string; atFirst?: boolean } = {},
): void {
  const say = useSay();
  const list = sentences === null ? [] : [sentences].flat();
  const key = about ?? JSON.stringify(list);
  const said = useRef(atFirst ? null : key);
  const sayAll = useEffectEvent(() => {
    for (const sentence of list) say(sentence);
  });
  useEffect(() => {
    if (said.current === key) return;
    said.current = key;
    sayAll();
  }, [key]);
}
