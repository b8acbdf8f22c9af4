/** Said in a box of the system's, where there is no window to say it in. Every language is in memory: nothing can be loaded then. */
export const trouble = {
  startTitle: 'Causeway could not start',
  startText:
    'Something that it needs did not work. Start it once more. If it fails again, install it anew, or send the newest log to your help desk: it is in {folder}.',
  switchesText:
    'It was started with {switches}. With such a switch others may read or change what you send, or steer Causeway: it does not start so. Start it without.',
  sandboxText:
    'It was started without the sandbox that keeps a web page away from your files (--no-sandbox), and IT requires the sandbox on this computer. Install Causeway’s package for your system, or ask IT to allow user namespaces.',
  faultTitle: 'Causeway has to close',
  faultText:
    'It met a fault of its own. If you were connected, you no longer are. Start it again to go on; if it happens again, send the newest log to your help desk.',
  startAgain: 'Start again',
  close: 'Close',
};
