import { holdsSession, isSigningIn } from '../../../shared/access-state.ts';
import type { AppState, ProfileSummary } from '../../../shared/app-state.ts';
import { networkPageIn } from '../../../shared/endings.ts';
import type { Localizer } from '../../../shared/messages/localizer.ts';
import { campusOf } from './tray-model.ts';

/** One notification. The id names its subject: it is shown once, and closed when it no longer applies. */
export interface Notice {
  id: string;
  title: string;
  body: string;
}

/**
 * The notifications for each campus that is new or leads elsewhere than before. They appear outside the window's page,
 * since a compromised page would not show them. `known` is {@link campusesOf} the previous state.
 */
export function addedNotices(state: AppState, known: ReadonlySet<string>, { messages, format, list }: Localizer): Omit<Notice, 'id'>[] {
  return state.profiles
    .filter((profile) => !known.has(campusKey(profile)))
    .map(({ name, gateways }) => ({
      title: format(messages.notification.addedTitle, { campus: name }),
      body: format(messages.notification.addedText, { gateways: list(gateways) }),
    }));
}

/** The campuses of a state, as keys that include where each leads. */
export const campusesOf = ({ profiles }: AppState): ReadonlySet<string> => new Set(profiles.map(campusKey));

const campusKey = ({ id, gateways, portalHost, trust }: ProfileSummary): string => JSON.stringify([id, gateways, portalHost, trust]);

/** The session of the previous state, so that its end can be reported. */
export type LastSession = string | null;

/**
 * The notification for a state, or null: a waiting push, a question, a session that is about to expire, a lost
 * connection, an end that the person did not ask for, or else an update that is ready. Each is about one session, one
 * prompt or one version.
 */
export function noticeFor(state: AppState, last: LastSession, localizer: Localizer): Notice | null {
  return accessNotice(state, last, localizer) ?? updateNotice(state, localizer);
}

/** Nothing is installed while the computer shuts down: without this, somebody who never quits Causeway never gets an update. */
function updateNotice({ access, updates }: AppState, { messages, format }: Localizer): Notice | null {
  if (updates.kind !== 'ready' || isSigningIn(access)) return null;
  const { version } = updates;
  return { id: `update:${version}`, title: format(messages.updates.tray, { version }), body: format(messages.updates.ready, { version }) };
}

function accessNotice(state: AppState, last: LastSession, localizer: Localizer): Notice | null {
  const { messages } = localizer;
  const { access } = state;
  const text = messages.notification;
  const unasked = alwaysNotice(state, localizer);
  if (unasked !== undefined) return unasked;
  switch (access.kind) {
    case 'asking': {
      // A question that is answered automatically needs nobody
      if (access.answered || access.autoAnswerAt !== undefined) return null;
      const id = `prompt:${access.promptId}`;
      if (access.prompt.kind !== 'push') return { id, title: text.questionTitle, body: text.questionText };
      const { device, number } = access.prompt;
      return {
        id,
        title: text.pushTitle,
        body:
          number === undefined ? localizer.format(text.pushText, { device }) : localizer.format(text.pushNumberText, { device, number }),
      };
    }
    case 'connected': {
      if (!access.expiring || access.expiresAt === null) return null;
      // An extended session can expire again, which is a new notification
      const id = `expiring:${sessionOf(state) ?? ''}:${access.expiresAt}`;
      return {
        id,
        title: localizer.format(text.expiringTitle, { untilAt: access.expiresAt }),
        body: access.extendable ? text.expiringExtend : text.expiringAgain,
      };
    }
    case 'reconnecting':
      return { id: `lost:${sessionOf(state) ?? ''}`, title: text.reconnectingTitle, body: text.reconnectingText };
    case 'idle':
      // The person is in the browser, signing in to the network
      if (access.wayFree) return { id: `free:${networkPageIn(access) ?? ''}`, title: text.freeTitle, body: text.freeText };
      if (!access.ending || last === null) return null;
      return {
        id: `ended:${last}`,
        title: localizer.format(text.endedTitle, { campus: campusOf(state)?.name ?? messages.app.name }),
        body: localizer.failure(access.ending).happened,
      };
    case 'checking':
    case 'on-campus':
    case 'contacting':
    case 'opening':
    case 'closing':
      return null;
  }
}

/** What always-connect has to tell. Undefined: the access state decides. */
function alwaysNotice(state: AppState, { messages, format, failure }: Localizer): Notice | null | undefined {
  const { access, alwaysConnect } = state;
  const { always } = messages;
  const campus = campusOf(state)?.name ?? messages.app.name;
  // The session that rests is told, its end is not: nobody has lost anything
  if (access.kind === 'on-campus' && access.held)
    return { id: `campus:${access.profileId}:${access.held.since}`, title: always.campusTitle, body: always.campusText };
  if (access.kind === 'reconnecting' && access.why.code === 'left-campus') return null;
  switch (alwaysConnect.step) {
    case 'asking':
      return { id: `always:${alwaysConnect.round}`, title: always.askTitle, body: format(always.askText, { campus }) };
    case 'stopped': {
      // The same id as the question's: somebody who did not answer it is not told again
      const why = access.kind === 'idle' && access.ending ? failure(access.ending).happened : format(always.stoppedText, { campus });
      return { id: `always:${alwaysConnect.round}`, title: always.stoppedTitle, body: why };
    }
    case 'waiting':
    case 'watching':
      // It goes on by itself
      return access.kind === 'idle' ? null : undefined;
    case 'off':
    case 'paused':
      return undefined;
  }
}

/** The session of a state. `closing` and `idle` keep the previous one. */
export function sessionAfter(state: AppState, last: LastSession): LastSession {
  const { kind } = state.access;
  if (holdsSession(state.access)) return sessionOf(state);
  return kind === 'closing' || kind === 'idle' ? last : null;
}

function sessionOf({ access }: AppState): string | null {
  return holdsSession(access) ? `${access.profileId}:${access.since}` : null;
}
