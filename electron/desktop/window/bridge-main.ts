import { ipcMain, type IpcMainInvokeEvent, type WebContents } from 'electron';
import * as z from 'zod/mini';
import type { Application } from '../../app/ports.ts';
import {
  bridge,
  callChannel,
  callNames,
  eventChannel,
  type CallInput,
  type CallName,
  type CallOutput,
  type EventName,
  type EventPayload,
} from '../../../shared/bridge.ts';
import { fail, failureOf, type Failure } from '../../../shared/failure.ts';
import { isOurAddress } from '../pages/origin.ts';

/**
 * Main's end of the bridge: one handler a call, derived from `shared/bridge.ts`. A call is answered only to
 * the main frame of our own page, only when its input fits the schema, and with nothing that the schema of
 * its output does not name. Failures cross as values, so that their code survives.
 */
export interface ServedBridge {
  close(): void;
}

/** The page at the other end. */
export type BridgePage = Pick<WebContents, 'id' | 'isDestroyed' | 'send'>;

/** The contract with each schema tied to its own call, which a lookup by a generic name needs. */
const calls: { [N in CallName]: { in: z.core.$ZodType<CallInput<N>>; out: z.core.$ZodType<CallOutput<N>> } } = bridge.calls;
const events: { [N in EventName]: z.core.$ZodType<EventPayload<N>> } = bridge.events;

export function serveBridge(application: Application, page: BridgePage, log: (line: string) => void): ServedBridge {
  for (const name of callNames) {
    ipcMain.handle(callChannel(name), async (event, input: unknown) => {
      try {
        if (!isOurMainFrame(event, page)) throw fail('request-invalid', {}, { detail: `${name}: not the window's own page` });
        return { ok: true, value: await answer(application, name, input) };
      } catch (thrown) {
        return { ok: false, failure: reported(thrown, name, log) };
      }
    });
  }

  const send = <N extends EventName>(name: N, payload: EventPayload<N>): void => {
    // Parsing drops whatever a careless hand put beside the contract
    if (!page.isDestroyed()) page.send(eventChannel(name), z.parse(events[name], payload));
  };
  const unsubscribe = [application.onState((state) => send('state', state)), application.onTraffic((sample) => send('traffic', sample))];

  return {
    close() {
      for (const stop of unsubscribe) stop();
      for (const name of callNames) ipcMain.removeHandler(callChannel(name));
    },
  };
}

async function answer<N extends CallName>(application: Application, name: N, input: unknown): Promise<unknown> {
  const schema = calls[name];
  const parsed = z.safeParse(schema.in, input);
  // The issues name keys and types, never the values that were sent
  if (!parsed.success)
    throw fail('request-invalid', {}, { detail: `${name}: ${parsed.error.issues.map((issue) => issue.path.join('.')).join(', ')}` });
  return z.parse(schema.out, await application.verbs[name](parsed.data));
}

function isOurMainFrame(event: IpcMainInvokeEvent, page: BridgePage): boolean {
  const frame = event.senderFrame;
  return event.sender.id === page.id && frame !== null && frame.parent === null && isOurAddress(frame.url);
}

/** Our own faults are logged; what a person may meet every day (a wrong password) is not. */
function reported(thrown: unknown, name: CallName, log: (line: string) => void): Failure {
  const failure = failureOf(thrown);
  if (failure.code === 'internal' || failure.code === 'request-invalid') log(`bridge ${name}: ${failure.code} ${failure.detail ?? ''}`);
  return failure;
}
