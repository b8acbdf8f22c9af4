import type { TerminalLocalizer } from '../../electron/cli/terminal-localizer.ts';
import { en } from '../../shared/messages/en.ts';
import { commandLine } from '../../shared/messages/en/command-line.ts';
import { createLocalizer } from '../../shared/messages/localizer.ts';

/** English without a region, as on a computer that says nothing. */
export const english = createLocalizer(en, { locale: 'en', dates: 'en' });
export const englishTerminal: TerminalLocalizer = { ...english, commandLine };
