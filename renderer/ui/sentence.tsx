import { splitAtEnglishNames } from '../../shared/messages/english-names.ts';
import { useLocalizer } from '../localizer.ts';

/** A sentence whose English names are marked as English where the window speaks another language, to be read aloud as English (WCAG 3.1.2). */
export function Sentence({ text }: { text: string }) {
  const { locale } = useLocalizer();
  const pieces = locale.startsWith('en') ? [text] : splitAtEnglishNames(text);
  if (pieces.length === 1) return text;
  return pieces.map((piece, index) =>
    index % 2 === 0 ? (
      piece
    ) : (
      <span key={index} lang="en">
        {piece}
      </span>
    ),
  );
}
