import { useEffect, useEffectEvent, useLayoutEffect, useRef, type ReactNode } from 'react';
import { useAnnounced } from '../announcer.tsx';
import { useHeadingFocus } from '../heading-focus.ts';
import { Sentence } from './sentence.tsx';

interface ScreenProps {
  title: string;
  /** A line above the title: the task that the screen is part of. */
  above?: string | null | undefined;
  /** What gets the focus when the screen appears. `field`: one of its fields takes it itself. */
  focus?: 'title' | 'field';
  /** What Enter does, unless the focused element handles Enter itself. */
  onEnter?: (() => void) | undefined;
  /** What Escape does. */
  onEscape?: (() => void) | undefined;
  /** Centres the content, for waiting screens. */
  kind?: 'page' | 'wait';
  children: ReactNode;
}

/**
 * One screen: one question under one heading. It moves the focus when it appears, so that a screen reader reads the
 * heading and the keyboard continues from there.
 */
export function Screen({ title, above, focus = 'title', onEnter, onEscape, kind = 'page', children }: ScreenProps) {
  const heading = useHeadingFocus(focus === 'title' ? title : null);
  // Where a field takes the focus, nobody hears the heading otherwise
  useAnnounced(focus === 'field' ? title : null);
  useScreenKeys(onEnter, onEscape);

  return (
    <div className={`screen ${kind}`}>
      <div className="screen-head">
        {above != null && <p className="above">{above}</p>}
        <h1 ref={heading} tabIndex={-1}>
          <Sentence text={title} />
        </h1>
      </div>
      {children}
    </div>
  );
}

/** Elements that handle Enter or Escape themselves. */
const takesEnter = 'a, button, input, select, textarea, [tabindex="0"]';
const takesEscape = '[role="dialog"], [role="alertdialog"], select:open';

function useScreenKeys(onEnter: (() => void) | undefined, onEscape: (() => void) | undefined): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing || !(event.target instanceof Element)) return;
    if (event.target.closest(takesEscape)) return;
    if (event.key === 'Escape') onEscape?.();
    if (event.key === 'Enter' && !event.target.closest(takesEnter)) onEnter?.();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => onKey(event);
    document.addEventListener('keydown', listener);
    return () => document.removeEventListener('keydown', listener);
  }, []);
}

/** The buttons of a screen, one below the other, the main one first. */
export function Actions({ children }: { children: ReactNode }) {
  return <div className="actions">{children}</div>;
}

/** The buttons to leave, at the bottom of the screen. The main buttons stay above them, so their height is known to the styles. */
export function Foot({ children }: { children: ReactNode }) {
  const foot = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = foot.current;
    const screen = element?.closest<HTMLElement>('.screen');
    if (!element || !screen) return;
    const measure = (): void => screen.style.setProperty('--foot', `${element.offsetHeight}px`);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => {
      observer.disconnect();
      screen.style.removeProperty('--foot');
    };
  }, []);
  return (
    <div ref={foot} className="foot">
      {children}
    </div>
  );
}
