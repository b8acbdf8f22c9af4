import { fail } from '../../shared/failure.ts';
import { commandLine } from '../../shared/messages/en/command-line.ts';
import { fillIn } from './arguments.ts';
import type { Terminal } from './terminal.ts';

/**
 * Gives the person the address of a sign-in that is for their own browser. They open it themselves: which browser, and
 * whether this computer has a screen at all, they know better than a terminal. Rejects where it is no web page.
 */
export const handOver =
  (terminal: Terminal) =>
  async (address: string): Promise<void> => {
    if (URL.parse(address)?.protocol !== 'https:') throw fail('request-invalid', {}, { detail: 'not an address to open' });
    terminal.say(fillIn(commandLine.ask.openThis, { address }));
  };
