/** Connecting by itself off campus. */
export const always = {
  setting: 'Always connect when I am off campus',
  hint: 'Causeway takes up your session again by itself. It never sends your password by itself: when you have to sign in, it asks you.',
  paused: 'Paused until {untilAt}',
  pausedText:
    'You have disconnected, so Causeway does not connect by itself. It goes on at that time, when you connect, or after a restart.',
  waiting: 'Your campus cannot be reached now. Causeway tries again by itself at {untilAt}, or as soon as the network changes.',
  stopped: 'Sign in to connect: Causeway does not send your password by itself.',
  resume: 'Resume',
  trayPaused: 'Not connected, paused until {untilAt}',
  trayWaiting: 'Not connected, waiting for the network',
  traySignIn: 'Sign in to {campus}',
  rests: 'Your session rests. It goes on by itself when you leave campus.',
  askTitle: 'You are off campus',
  askText: 'Open Causeway to sign in to {campus}. Nothing was sent by itself.',
  stoppedTitle: 'Causeway needs you',
  stoppedText: 'It cannot connect to {campus} by itself. Open Causeway to see why.',
  campusTitle: 'You are on campus',
  campusText: 'No VPN is needed here. Your session goes on by itself when you leave.',
};
