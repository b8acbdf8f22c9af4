import { createContext, use, useSyncExternalStore } from 'react';
import type { AppState, TrafficSample } from '../shared/app-state.ts';
import type { Bridge, CallInput, CallName, CallOutput, EventName, EventPayload, Reply } from '../shared/bridge.ts';
import type { Failure } from '../shared/failure.ts';

/** A call's arguments: its input, or nothing if the bridge defines none. */
export type CallArguments<N extends CallName> = undefined extends CallInput<N> ? [] : [input: CallInput<N>];

/** A call that was refused or failed, with its failure. */
class CallFailed extends Error {
  override readonly name = 'CallFailed';
  constructor(readonly failure: Failure) {
    super(failure.code);
  }
}

/** The window's side of the bridge: typed calls out, the state and the traffic in. */
export interface Client {
  /** Makes a call. Rejects with {@link CallFailed}. */
  call: <N extends CallName>(name: N, ...input: CallArguments<N>) => Promise<CallOutput<N>>;
  /** The newest state, or null until the first one has arrived. */
  readonly state: Store<AppState | null>;
  /** One sample a second for the last minute of the current tunnel. */
  readonly traffic: Store<readonly TrafficSample[]>;
  /** The failure of the last call that failed, unless a screen shows it itself. */
  readonly trouble: Store<Failure | null> & { set: (failure: Failure | null) => void };
}

export interface Store<T> {
  get: () => T;
  subscribe: (listener: () => void) => () => void;
}

const maxSamples = 61; // 60 intervals of a second have 61 ends

/**
 * Makes the client of a bridge and asks for the first state. The main process has parsed every message with the
 * bridge's schemas, so this only checks the kind of each message.
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
    const restarted = payload.received < (before.at(-1)?.received ?? 0); // a new tunnel counts from zero
    traffic.set([...(restarted ? [] : before), payload].slice(-maxSamples));
  });
  call('getState').then(
    (first) => {
      if (state.get() === null) state.set(first); // an event that came before the reply is newer
    },
    (error: unknown) => trouble.set(failureFrom(error)),
  );
  return { call, state, traffic, trouble };
}

/** The failure of anything that a call threw. */
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
