import { fail } from '../../shared/failure.ts';
import { fillIn } from './arguments.ts';
import type { Terminal } from './terminal.ts';
import type { TerminalLocalizer } from './terminal-localizer.ts';

/**
 * Shows the person the address of a sign-in in their own browser. They open it themselves: the terminal does not know which
 * browser they want, or whether this computer has a screen. Rejects when the address is not a web page.
 */
export const handOver =
  (terminal: Terminal, { commandLine }: TerminalLocalizer) =>
  async (address: string): Promise<void> => {
    if (URL.parse(address)?.protocol !== 'https:') throw fail('request-invalid', {}, { detail: 'the address may not be opened' });
    terminal.say(fillIn(commandLine.ask.openThis, { address }));
  };
