import * as z from 'zod/mini';
import { failureSchema, type Failure } from './failure.ts';
import { instantSchema } from './instant.ts';
import { promptSchema, type Prompt } from './prompt.ts';

/**
 * The access states, the one table of legal transitions, and the pure reducer that follows it.
 *
 * All instants are epoch milliseconds. A session belongs to an *attempt*. An event with another attempt's number is stale
 * and changes nothing.
 */

const target = { profileId: z.string(), gateway: z.string() }; // gateway: host[:port] as shown to the person
const session = {
  ...target,
  since: instantSchema,
  /** Null if the gateway does not say. */
  expiresAt: z.nullable(instantSchema),
  idleSeconds: z.nullable(z.number()),
  extendable: z.boolean(),
  user: z.string(),
};

/** Whether the portal answered through the tunnel. If the portal is down, the VPN stays up. */
/** `dns-failed`: the campus's name servers, reached through the tunnel, do not find the portal. */
export const portalHealthSchema = z.enum(['unknown', 'up', 'down', 'dns-failed']);
export type PortalHealth = z.infer<typeof portalHealthSchema>;

export const accessStateSchema = z.discriminatedUnion('kind', [
  /**
   * Nothing is up. `ending` says why the last attempt or session ended; null if there was none or the person ended it.
   * `wayFree`: the network that blocked the attempt now lets this computer out.
   */
  z.object({ kind: z.literal('idle'), ending: z.nullable(failureSchema), wayFree: z.optional(z.boolean()) }),
  z.object({ kind: z.literal('checking'), profileId: z.string() }),
  /** `held`: a session from off campus whose ticket is kept, to go on with when the computer leaves. */
  z.object({ kind: z.literal('on-campus'), profileId: z.string(), held: z.optional(z.object(session)) }),
  z.object({ kind: z.literal('contacting'), ...target }),
  /**
   * A question is open. `answered`: an answer was sent, and the gateway has not reacted yet. `autoAnswerAt`: the app
   * answers then by itself, unless the person is quicker.
   */
  z.object({
    kind: z.literal('asking'),
    ...target,
    promptId: z.string(),
    prompt: promptSchema,
    answered: z.boolean(),
    autoAnswerAt: z.optional(instantSchema),
  }),
  z.object({ kind: z.literal('opening'), ...target }),
  /** `expiring`: the session nears its end (a tenth of its life or ten minutes, whichever is less). */
  z.object({ kind: z.literal('connected'), ...session, portal: portalHealthSchema, expiring: z.boolean() }),
  /** The link broke, and the ticket is still valid. `nextTryAt` null: a try is in progress. */
  z.object({
    kind: z.literal('reconnecting'),
    ...session,
    brokeAt: instantSchema,
    why: failureSchema,
    tries: z.number(),
    nextTryAt: z.nullable(instantSchema),
  }),
  z.object({ kind: z.literal('closing'), profileId: z.string(), ending: z.nullable(failureSchema) }),
]);
export type AccessState = z.infer<typeof accessStateSchema>;
export type AccessStateKind = AccessState['kind'];
export type AccessStateOf<K extends AccessStateKind> = Extract<AccessState, { kind: K }>;

/** The campus can be reached: through a session whose link works, or because this computer is on campus. */
export const isUp = (access: AccessState): access is AccessStateOf<'connected' | 'on-campus'> =>
  access.kind === 'connected' || access.kind === 'on-campus';

/** A session exists, with its link up or broken. */
export const holdsSession = (access: AccessState): access is AccessStateOf<'connected' | 'reconnecting'> =>
  access.kind === 'connected' || access.kind === 'reconnecting';

/** A person is signing in: what they type now is for the gateway. */
export const isSigningIn = (access: AccessState): access is AccessStateOf<'checking' | 'contacting' | 'asking' | 'opening'> =>
  access.kind === 'checking' || access.kind === 'contacting' || access.kind === 'asking' || access.kind === 'opening';

/** What the tunnel and the session know once the session is up. */
export type SessionFacts = Pick<AccessStateOf<'connected'>, 'since' | 'expiresAt' | 'idleSeconds' | 'extendable' | 'user'>;

export type AccessEvent =
  | { type: 'connect'; profileId: string }
  | { type: 'found-on-campus' }
  /** The computer came on campus while a session was up: its tunnel is closed, its ticket kept. */
  | { type: 'arrived-on-campus' }
  /** The computer left campus, and the session from before goes on. */
  | { type: 'left-campus'; why: Failure; at: number }
  | { type: 'contact'; gateway: string }
  | { type: 'ask'; promptId: string; prompt: Prompt; autoAnswerAt?: number }
  | { type: 'answer'; promptId: string }
  | { type: 'withdraw'; promptId: string }
  | { type: 'signed-in' }
  | { type: 'opened'; facts: SessionFacts }
  | { type: 'portal-health'; portal: PortalHealth }
  | { type: 'expiring' }
  | { type: 'extended'; expiresAt: number | null }
  /** One of the two clocks was set. The session is the same, its times by our clock as it is now. */
  | { type: 'retimed'; since: number; expiresAt: number | null }
  | { type: 'dropped'; why: Failure; at: number; nextTryAt: number | null }
  | { type: 'retry' }
  | { type: 'retry-failed'; why: Failure; nextTryAt: number | null }
  | { type: 'reopened'; since: number; expiresAt: number | null }
  | { type: 'end'; ending: Failure | null }
  | { type: 'closed' }
  | { type: 'network-open' };
export type AccessEventType = AccessEvent['type'];

/** One row: in any of `from`, `event` leads to `to`. */
export interface TransitionRow {
  readonly event: AccessEventType;
  readonly from: readonly AccessStateKind[];
  readonly to: AccessStateKind;
}

const active = ['checking', 'on-campus', 'contacting', 'asking', 'opening', 'connected', 'reconnecting'] as const;

/** Every legal transition. An event that matches no row is refused. */
export const transitions: readonly TransitionRow[] = [
  { event: 'connect', from: ['idle'], to: 'checking' },
  { event: 'found-on-campus', from: ['checking'], to: 'on-campus' },
  // Also from a question: a proxy's was answered, and the gateway behind it cannot be reached
  { event: 'contact', from: ['checking', 'contacting', 'asking'], to: 'contacting' },
  { event: 'ask', from: ['contacting', 'asking'], to: 'asking' },
  { event: 'answer', from: ['asking'], to: 'asking' },
  { event: 'withdraw', from: ['asking'], to: 'contacting' },
  { event: 'signed-in', from: ['contacting', 'asking'], to: 'opening' },
  { event: 'opened', from: ['opening'], to: 'connected' },
  { event: 'portal-health', from: ['connected'], to: 'connected' },
  { event: 'expiring', from: ['connected'], to: 'connected' },
  { event: 'extended', from: ['connected'], to: 'connected' },
  { event: 'retimed', from: ['connected'], to: 'connected' },
  { event: 'dropped', from: ['connected'], to: 'reconnecting' },
  { event: 'retry', from: ['reconnecting'], to: 'reconnecting' },
  { event: 'retry-failed', from: ['reconnecting'], to: 'reconnecting' },
  { event: 'reopened', from: ['reconnecting'], to: 'connected' },
  { event: 'arrived-on-campus', from: ['connected', 'reconnecting'], to: 'on-campus' },
  { event: 'left-campus', from: ['on-campus'], to: 'reconnecting' },
  { event: 'end', from: active, to: 'closing' },
  { event: 'closed', from: ['closing'], to: 'idle' },
  { event: 'network-open', from: ['idle'], to: 'idle' },
];

/** The state with the attempt that it belongs to. Attempt 0 has never connected. */
export interface AccessMachine {
  readonly attempt: number;
  readonly state: AccessState;
}

export const initialMachine: AccessMachine = { attempt: 0, state: { kind: 'idle', ending: null } };

export type Step = { ok: true; machine: AccessMachine } | { ok: false; refused: 'stale' | 'illegal'; machine: AccessMachine };

/**
 * Applies one event. `attempt` is the attempt that the event belongs to. `connect` starts a new one and carries its
 * number, which must be greater. After a refused event the machine is unchanged.
 */
export function step(machine: AccessMachine, attempt: number, event: AccessEvent): Step {
  const { state } = machine;
  if (event.type === 'connect' ? attempt <= machine.attempt : attempt !== machine.attempt) return { ok: false, refused: 'stale', machine };
  if (!transitions.some((row) => row.event === event.type && row.from.includes(state.kind)))
    return { ok: false, refused: 'illegal', machine };
  const next = reduce(state, event);
  return next ? { ok: true, machine: { attempt, state: next } } : { ok: false, refused: 'stale', machine };
}

/** Whether the table allows an event in a state. Buttons and menus use it. */
export function allows(kind: AccessStateKind, event: AccessEventType): boolean {
  return transitions.some((row) => row.event === event && row.from.includes(kind));
}

/** The next state. Null if the event names a prompt that is not the open one. */
function reduce(state: AccessState, event: AccessEvent): AccessState | null {
  const profileId = 'profileId' in state ? state.profileId : '';
  const gateway = 'gateway' in state ? state.gateway : '';
  switch (event.type) {
    case 'connect':
      return { kind: 'checking', profileId: event.profileId };
    case 'found-on-campus':
      return { kind: 'on-campus', profileId };
    case 'arrived-on-campus':
      return state.kind === 'connected' || state.kind === 'reconnecting' ? { kind: 'on-campus', profileId, held: sessionOf(state) } : null;
    case 'left-campus':
      return state.kind === 'on-campus' && state.held
        ? { ...state.held, kind: 'reconnecting', brokeAt: event.at, why: event.why, tries: 0, nextTryAt: event.at }
        : null;
    case 'contact':
      return { kind: 'contacting', profileId, gateway: event.gateway };
    case 'ask':
      return {
        kind: 'asking',
        profileId,
        gateway,
        promptId: event.promptId,
        prompt: event.prompt,
        answered: false,
        ...(event.autoAnswerAt === undefined ? {} : { autoAnswerAt: event.autoAnswerAt }),
      };
    case 'answer':
      return state.kind === 'asking' && state.promptId === event.promptId && !state.answered ? { ...state, answered: true } : null;
    case 'withdraw':
      return state.kind === 'asking' && state.promptId === event.promptId ? { kind: 'contacting', profileId, gateway } : null;
    case 'signed-in':
      return { kind: 'opening', profileId, gateway };
    case 'opened':
      return { kind: 'connected', profileId, gateway, ...event.facts, portal: 'unknown', expiring: false };
    case 'portal-health':
      return state.kind === 'connected' ? { ...state, portal: event.portal } : null;
    case 'expiring':
      return state.kind === 'connected' ? { ...state, expiring: true } : null;
    case 'extended':
      return state.kind === 'connected' ? { ...state, expiresAt: event.expiresAt, expiring: false } : null;
    case 'retimed':
      return state.kind === 'connected' ? { ...state, since: event.since, expiresAt: event.expiresAt } : null;
    case 'dropped':
      return state.kind === 'connected'
        ? { ...sessionOf(state), kind: 'reconnecting', brokeAt: event.at, why: event.why, tries: 0, nextTryAt: event.nextTryAt }
        : null;
    case 'retry':
      return state.kind === 'reconnecting' ? { ...state, nextTryAt: null, tries: state.tries + 1 } : null;
    case 'retry-failed':
      return state.kind === 'reconnecting' ? { ...state, why: event.why, nextTryAt: event.nextTryAt } : null;
    case 'reopened':
      return state.kind === 'reconnecting'
        ? { ...sessionOf(state), kind: 'connected', since: event.since, expiresAt: event.expiresAt, portal: 'unknown', expiring: false }
        : null;
    case 'end':
      return { kind: 'closing', profileId, ending: event.ending };
    case 'closed':
      return state.kind === 'closing' ? { kind: 'idle', ending: state.ending } : null;
    case 'network-open':
      return state.kind === 'idle' && state.ending?.code === 'captive-portal' ? { ...state, wayFree: true } : null;
  }
}

function sessionOf(state: AccessStateOf<'connected' | 'reconnecting'>) {
  const { profileId, gateway, since, expiresAt, idleSeconds, extendable, user } = state;
  return { profileId, gateway, since, expiresAt, idleSeconds, extendable, user };
}

/** The table as a Mermaid state diagram for the docs. A test compares them. */
export function stateDiagram(): string {
  const lines = transitions.flatMap((row) => row.from.map((from) => `  ${name(from)} --> ${name(row.to)}: ${row.event}`));
  return ['stateDiagram-v2', '  [*] --> idle', ...lines].join('\n');
}

const name = (kind: AccessStateKind): string => kind.replace('-', '_');
