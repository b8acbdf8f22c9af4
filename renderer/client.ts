import { createContext, use, useSyncExternalStore } from 'react';
import type { AppState, TrafficSample } from '../shared/app-state.ts';
import type { Bridge, CallInput, CallName, CallOutput, EventName, EventPayload, Reply } from '../shared/bridge.ts';
import type { Failure } from '../shared/failure.ts';

/** A verb takes its input, or nothing where the bridge says so. */
export type CallArguments<N extends CallName> = undefined extends CallInput<N> ? [] : [input: CallInput<N>];

/** A call that was refused or failed, with the catalogued reason. */
class CallFailed extends Error {
  override readonly name = 'CallFailed';
  constructor(readonly failure: Failure) {
    super(failure.code);
  }
}

/** The window's side of the bridge: typed verbs out, the one state and the traffic in. */
export interface Client {
  /** Calls a verb; rejects with {@link CallFailed}. */
  call: <N extends CallName>(name: N, ...input: CallArguments<N>) => Promise<CallOutput<N>>;
  /** The newest state, null until the first has arrived. */
  readonly state: Store<AppState | null>;
  /** A second's sample each, the last minute of the tunnel that is up. */
  readonly traffic: Store<readonly TrafficSample[]>;
  /** The last call that failed and that no screen showed by itself. */
  readonly trouble: Store<Failure | null> & { set: (failure: Failure | null) => void };
}

export interface Store<T> {
  get: () => T;
  subscribe: (listener: () => void) => () => void;
}

const keptSamples = 61; // a minute of seconds needs both its ends

/**
 * Makes the client of a bridge and asks for the first state. Main has parsed whatever arrives by the bridge's
 * own schemas, so what is checked here is only that it is a message of that kind at all.
 */
export function createClient(bridge: Bridge): Client {
  const state = store<AppState | null>(null);
  const traffic = store<readonly TrafficSample[]>([]);
  const trouble = store<Failure | null>(null);

  const call = async <N extends CallName>(name: N, ...[input]: CallArguments<N>): Promise<CallOutput<N>> => {
    const reply = await bridge.call(name, input);
    if (!isReply<N>(reply)) throw new CallFailed({ code: 'internal', detail: `no reply to ${name}` });
    if (!reply.ok) throw new CallFailed(reply.failure);
    return reply.value;
  };

  bridge.on('state', (payload) => {
    if (isPayload<'state'>(payload, 'access')) state.set(payload);
  });
  bridge.on('traffic', (payload) => {
    if (!isPayload<'traffic'>(payload, 'received')) return;
    const before = traffic.get();
    const restarted = payload.received < (before.at(-1)?.received ?? 0); // another tunnel counts from nought
    traffic.set([...(restarted ? [] : before), payload].slice(-keptSamples));
  });
  call('getState').then(
    (first) => {
      if (state.get() === null) state.set(first); // an event that overtook the reply is newer
    },
    (error: unknown) => trouble.set(failureFrom(error)),
  );
  return { call, state, traffic, trouble };
}

/** The failure inside anything that a call threw. */
export function failureFrom(error: unknown): Failure {
  if (error instanceof CallFailed) return error.failure;
  return { code: 'internal', detail: error instanceof Error ? error.message.slice(0, 2000) : typeof error };
}

function store<T>(initial: T): Store<T> & { set: (value: T) => void } {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set: (next) => {
      value = next;
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function isReply<N extends CallName>(value: unknown): value is Reply<CallOutput<N>> {
  return typeof value === 'object' && value !== null && 'ok' in value;
}

function isPayload<N extends EventName>(value: unknown, key: keyof EventPayload<N> & string): value is EventPayload<N> {
  return typeof value === 'object' && value !== null && key in value;
}

const ClientContext = createContext<Client | null>(null);
export const ClientProvider = ClientContext.Provider;

export function useClient(): Client {
  const client = use(ClientContext);
  if (!client) throw new Error('A screen was drawn outside its client.');
  return client;
}

export function useStore<T>(source: Store<T>): T {
  return useSyncExternalStore(source.subscribe, source.get);
}
