/** Said in a box of the system's, where there is no window to say it in. Every language is in memory: nothing can be loaded then. */
export const trouble = {
  startTitle: 'Causeway could not start',
  startText:
    'Something that Causeway needs did not work. Start it again. If it fails again, reinstall it, or send the newest log to your help desk: it is in {folder}.',
  switchesText:
    'Causeway was started with {switches}. With such a switch, others could read or change what you send, or control Causeway, so it does not start. Start it without that switch.',
  sandboxText:
    'Causeway was started without the sandbox that keeps a web page away from your files (--no-sandbox), and IT requires the sandbox on this computer. Install Causeway’s package for your system, or ask IT to allow user namespaces.',
  faultTitle: 'Causeway has to close',
  faultText:
    'An internal error occurred. If you were connected, you no longer are. Start it again to go on; if it happens again, send the newest log to your help desk.',
  startAgain: 'Start again',
  close: 'Close',
};
