import { createContext, use } from 'react';
import type { AppState } from '../../shared/app-state.ts';
import type { Failure } from '../../shared/failure.ts';
import { helpCode } from '../../shared/help-code.ts';
import { useLocalizer } from '../localizer.ts';

/** The part of the state that is in a code for the help desk. */
const HelpContext = createContext<Pick<AppState, 'step' | 'about'> | null>(null);
export const HelpContextProvider = HelpContext.Provider;

/** The code to read aloud to the help desk, and the failure's name for whoever can read it there. */
export function HelpCode({ failure }: { failure: Failure }) {
  const { messages, format, aside } = useLocalizer();
  const context = use(HelpContext);
  if (!context) return null;
  const { step, about } = context;
  const code = helpCode({ failure: failure.code, step, version: about.version, platform: about.platform });
  return (
    <p className="hint selectable">
      {format(messages.ending.code, { code: code.replaceAll(' ', '\u00a0') })}
      <span className="failure-code">{aside(failure.code)}</span>
    </p>
  );
}
