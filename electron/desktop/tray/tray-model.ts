import type { AppState, ProfileSummary } from '../../../shared/app-state.ts';
import { isSigningIn, holdsSession, isUp, type AccessState } from '../../../shared/access-state.ts';
import { tasks } from '../../../shared/guide.ts';
import type { Speaker } from '../../../shared/messages/localizer.ts';
import type { Command } from '../system/command.ts';

/** The four shapes of the icon: told apart without colours. */
export const trayIcons = ['idle', 'busy', 'connected', 'attention'] as const;
export type TrayIcon = (typeof trayIcons)[number];

export type TrayRow =
  { kind: 'line'; text: string } | { kind: 'command'; text: string; command: Command; enabled: boolean } | { kind: 'separator' };

export interface TrayModel {
  icon: TrayIcon;
  tooltip: string;
  rows: TrayRow[];
}

/** The tray as a function of the state. */
export function trayModel(state: AppState, speaker: Speaker): TrayModel {
  const { words } = speaker;
  const { access } = state;
  const campus = campusOf(state);
  const status = statusLine(access, campus?.name ?? words.app.name, speaker);
  const command = (text: string, command: Command, enabled = true): TrayRow => ({ kind: 'command', text, command, enabled });

  const session: TrayRow[] = [];
  if (access.kind === 'idle' && campus) session.push(command(speaker.say(words.tray.connect, { campus: campus.name }), 'connect'));
  if (access.kind === 'reconnecting') session.push(command(words.tray.retryNow, 'try-now'));
  if (access.kind === 'connected' && access.expiring && access.extendable) session.push(command(words.tray.extend, 'extend'));
  session.push(command(words.tray.openPortal, 'open-portal', isUp(access)));
  if (holdsSession(access)) session.push(command(words.tray.disconnect, 'end'));
  if (isSigningIn(access)) session.push(command(words.tray.cancel, 'end'));

  return {
    icon: iconOf(access),
    tooltip: speaker.say(words.tray.tooltip, { status }),
    rows: [
      { kind: 'line', text: status },
      { kind: 'separator' },
      ...session,
      { kind: 'separator' },
      ...tasks.map((task) => command(words.task[task].name, task, campus !== null)),
      { kind: 'separator' },
      command(words.tray.open, 'open'),
      command(words.tray.settings, 'settings'),
      command(words.tray.quit, 'quit'),
    ],
  };
}

function iconOf(access: AccessState): TrayIcon {
  switch (access.kind) {
    case 'idle':
      return access.ending ? 'attention' : 'idle';
    case 'asking':
      return access.answered || access.byItselfAt !== undefined ? 'busy' : 'attention';
    case 'connected':
      return access.expiring ? 'attention' : 'connected';
    case 'on-campus':
      return 'connected';
    case 'checking':
    case 'contacting':
    case 'opening':
    case 'reconnecting':
    case 'closing':
      return 'busy';
  }
}

function statusLine(access: AccessState, campus: string, speaker: Speaker): string {
  const { words } = speaker;
  const status = speaker.say(words.status[access.kind], { campus, gateway: 'gateway' in access ? access.gateway : campus });
  if (access.kind === 'idle' && access.ending) return speaker.say(words.tray.failed, { title: speaker.failure(access.ending).title });
  if (access.kind === 'connected' && access.expiresAt !== null) return speaker.say(words.tray.until, { status, untilAt: access.expiresAt });
  if (access.kind === 'asking' && access.byItselfAt !== undefined && !access.answered) return words.tray.codeWaiting;
  if (access.kind === 'asking' && access.prompt.kind === 'push')
    return speaker.say(words.tray.pushWaiting, { device: access.prompt.device });
  return status;
}

/** The campus that the session is with, else the one that was chosen last. */
export function campusOf(state: AppState): ProfileSummary | null {
  const id = 'profileId' in state.access ? state.access.profileId : state.profileId;
  return state.profiles.find((profile) => profile.id === id) ?? null;
}
