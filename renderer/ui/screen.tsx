import { useEffect, useEffectEvent, useRef, type ReactNode } from 'react';

interface ScreenProps {
  title: string;
  /** A line above the title: the task that the screen is part of. */
  above?: string | null | undefined;
  /** Where the focus goes when the screen appears; `field` when one of its fields takes it by itself. */
  focus?: 'title' | 'field';
  /** What Enter does when the focus is on nothing that has an Enter of its own. */
  onEnter?: (() => void) | undefined;
  /** What Escape does. */
  onEscape?: (() => void) | undefined;
  /** A wait has little to say and says it in the middle. */
  kind?: 'page' | 'wait';
  children: ReactNode;
}

/**
 * One screen: one thing asked, under one heading. Moves the focus when it appears, so that a screen reader
 * says where the person is and the keyboard goes on from there.
 */
export function Screen({ title, above, focus = 'title', onEnter, onEscape, kind = 'page', children }: ScreenProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (focus === 'title') heading.current?.focus();
  }, [focus, title]);
  useScreenKeys(onEnter, onEscape);

  return (
    <div className={`screen ${kind}`}>
      <div className="screen-head">
        {above != null && <p className="above">{above}</p>}
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
      </div>
      {children}
    </div>
  );
}

/** What has an Enter or an Escape of its own. */
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

/** The buttons of a screen, one under the other, the obvious one first. */
export function Actions({ children }: { children: ReactNode }) {
  return <div className="actions">{children}</div>;
}

/** The way out, at the foot of the screen. */
export function Foot({ children }: { children: ReactNode }) {
  return <div className="foot">{children}</div>;
}
