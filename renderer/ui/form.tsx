import { useEffect, useRef, useState, type ReactNode } from 'react';

/**
 * A form that checks itself. If a field is wrong when it is sent, that field gets the focus, and a screen reader reads the field
 * with its error.
 */
export function Form({ onSubmit, children }: { onSubmit: () => void; children: ReactNode }) {
  const form = useRef<HTMLFormElement>(null);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    if (tries > 0) firstWrong(form.current)?.focus();
  }, [tries]);
  return (
    <form
      ref={form}
      className="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
        setTries((count) => count + 1);
      }}
    >
      {children}
    </form>
  );
}

/** The first field that is marked as wrong, or the first choice of a group that is. */
function firstWrong(form: HTMLFormElement | null): HTMLElement | null {
  const wrong = form?.querySelector('[aria-invalid="true"]');
  const field = wrong?.matches('input, select') ? wrong : wrong?.querySelector('input');
  return field instanceof HTMLElement ? field : null;
}
