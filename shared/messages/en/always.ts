/** Connecting by itself off campus. */
export const always = {
  setting: 'Always connect when I am off campus',
  hint: 'Causeway resumes your session by itself. It never sends your password by itself: when you have to sign in, it asks you.',
  paused: 'Automatic connection paused until {untilAt}',
  pausedText:
    'You disconnected, so Causeway does not connect by itself. It starts again at that time, when you connect, or after a restart.',
  waiting: 'Your campus cannot be reached now. Causeway tries again by itself at {untilAt}, or as soon as the network changes.',
  stopped: 'Sign in to connect: Causeway does not send your password by itself.',
  resume: 'Resume',
  trayPaused: 'Not connected, paused until {untilAt}',
  trayWaiting: 'Not connected, waiting for the network',
  traySignIn: 'Sign in to {campus}',
  rests: 'Your session is paused. It resumes by itself when you leave campus.',
  askTitle: 'You are off campus',
  askText: 'Open Causeway to sign in to {campus}. It has sent nothing yet.',
  stoppedTitle: 'Causeway needs you',
  stoppedText: 'It cannot connect to {campus} by itself. Open Causeway to see why.',
  campusTitle: 'You are on campus',
  campusText: 'No VPN is needed here. Your session resumes by itself when you leave.',
};
