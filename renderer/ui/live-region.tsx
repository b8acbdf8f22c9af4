import { useSaid } from '../announcer.tsx';
import { Sentence } from './sentence.tsx';

/**
 * Where screen readers hear what was announced. The element stays in the page and gets its text after it is drawn, since screen
 * readers announce changes and not the first content. A sentence that is said again is a new element, or nobody would hear it.
 * What is said together is one element: Orca reads several in any order.
 */
export function LiveRegion() {
  const said = useSaid();
  return (
    // A dialog hides everything behind it from screen readers, but for elements with this attribute (React Aria's ariaHideOutside)
    <div className="visually-hidden" role="status" aria-live="polite" data-live-announcer="true">
      <p key={said.at(-1)?.id}>
        <Sentence text={said.map(({ text }) => text).join(' ')} />
      </p>
    </div>
  );
}
