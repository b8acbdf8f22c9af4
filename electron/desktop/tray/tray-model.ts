import type { AppState, ProfileSummary } from '../../../shared/app-state.ts';
import { isSigningIn, holdsSession, isUp, type AccessState } from '../../../shared/access-state.ts';
import { tasks } from '../../../shared/guide.ts';
import { mayRestart } from '../../../shared/updates.ts';
import type { Localizer } from '../../../shared/messages/localizer.ts';
import type { Command } from '../system/command.ts';

/** The four icons. Their shapes differ, so that nobody has to tell colours apart. */
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
export function trayModel(state: AppState, localizer: Localizer): TrayModel {
  const { messages } = localizer;
  const { access } = state;
  const campus = campusOf(state);
  const status = statusLine(state, campus?.name ?? messages.app.name, localizer);
  const command = (text: string, command: Command, enabled = true): TrayRow => ({ kind: 'command', text, command, enabled });

  const session: TrayRow[] = [];
  if (access.kind === 'idle' && campus) session.push(command(localizer.format(messages.tray.connect, { campus: campus.name }), 'connect'));
  if (state.alwaysConnect.step === 'paused') session.push(command(messages.always.resume, 'resume'));
  if (state.alwaysConnect.step === 'asking')
    session.push(command(localizer.format(messages.always.traySignIn, { campus: campus?.name ?? messages.app.name }), 'open'));
  if (access.kind === 'reconnecting') session.push(command(messages.tray.retryNow, 'try-now'));
  if (access.kind === 'connected' && access.expiring && access.extendable) session.push(command(messages.tray.extend, 'extend'));
  session.push(command(messages.tray.openPortal, 'open-portal', isUp(access)));
  if (holdsSession(access)) session.push(command(messages.tray.disconnect, 'end'));
  if (isSigningIn(access)) session.push(command(messages.tray.cancel, 'end'));

  return {
    icon: state.alwaysConnect.step === 'stopped' ? 'attention' : iconOf(access),
    tooltip: localizer.format(messages.tray.tooltip, { status }),
    rows: [
      { kind: 'line', text: status },
      { kind: 'separator' },
      ...session,
      { kind: 'separator' },
      ...tasks.map((task) => command(messages.task[task].name, task, campus !== null)),
      { kind: 'separator' },
      command(messages.tray.open, 'open'),
      command(messages.report.open, 'report'),
      command(messages.tray.settings, 'settings'),
      ...(state.updates.kind === 'ready'
        ? [command(localizer.format(messages.updates.tray, { version: state.updates.version }), 'update', mayRestart(state))]
        : []),
      command(messages.tray.quit, 'quit'),
    ],
  };
}

function iconOf(access: AccessState): TrayIcon {
  switch (access.kind) {
    case 'idle':
      return access.ending ? 'attention' : 'idle';
    case 'asking':
      return access.answered || access.autoAnswerAt !== undefined ? 'busy' : 'attention';
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

function statusLine({ access, alwaysConnect }: AppState, campus: string, localizer: Localizer): string {
  const { messages } = localizer;
  const status = localizer.format(messages.status[access.kind], { campus, gateway: 'gateway' in access ? access.gateway : campus });
  if (access.kind === 'idle' && access.ending)
    return localizer.format(messages.tray.failed, { title: localizer.failure(access.ending).title });
  if (alwaysConnect.step === 'paused') return localizer.format(messages.always.trayPaused, { untilAt: alwaysConnect.until });
  if (alwaysConnect.step === 'waiting') return messages.always.trayWaiting;
  if (access.kind === 'connected' && access.expiresAt !== null)
    return localizer.format(messages.tray.until, { status, untilAt: access.expiresAt });
  if (access.kind === 'asking' && access.autoAnswerAt !== undefined && !access.answered) return messages.tray.codeWaiting;
  if (access.kind === 'asking' && access.prompt.kind === 'push')
    return localizer.format(messages.tray.pushWaiting, { device: access.prompt.device });
  return status;
}

/** The campus of the session, or else the one that was chosen last. */
export function campusOf(state: AppState): ProfileSummary | null {
  const id = 'profileId' in state.access ? state.access.profileId : state.profileId;
  return state.profiles.find((profile) => profile.id === id) ?? null;
}
