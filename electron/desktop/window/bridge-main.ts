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
 * The main process's end of the bridge: one handler for each call of `shared/bridge.ts`. It answers only the main frame
 * of our own page, only if the input fits the schema, and returns nothing that the output schema does not name. Failures
 * cross as values, which keeps their codes.
 */
export interface ServedBridge {
  close(): void;
}

/** The page at the other end. */
export type BridgePage = Pick<WebContents, 'id' | 'isDestroyed' | 'send'>;

/** The schemas by call name, typed so that a generic name finds its own schemas. */
const calls: { [N in CallName]: { in: z.core.$ZodType<CallInput<N>>; out: z.core.$ZodType<CallOutput<N>> } } = bridge.calls;
const events: { [N in EventName]: z.core.$ZodType<EventPayload<N>> } = bridge.events;

export function serveBridge(application: Application, page: BridgePage, log: (line: string) => void): ServedBridge {
  for (const name of callNames) {
    ipcMain.handle(callChannel(name), async (event, input: unknown) => {
      try {
        if (!isOurMainFrame(event, page)) throw fail('request-invalid', {}, { detail: 'not a call from our own window' });
        return { ok: true, value: await answer(application, name, input) };
      } catch (thrown) {
        return { ok: false, failure: logFailure(thrown, name, log) };
      }
    });
  }

  const send = <N extends EventName>(name: N, payload: EventPayload<N>): void => {
    // Parsing drops every key that the schema does not name
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
  // The issues name keys, never the values
  if (!parsed.success)
    throw fail(
      'request-invalid',
      {},
      { detail: `wrong ${parsed.error.issues.map((issue) => issue.path.join('.') || 'input').join(', ')}` },
    );
  return z.parse(schema.out, await application.verbs[name](parsed.data));
}

function isOurMainFrame(event: IpcMainInvokeEvent, page: BridgePage): boolean {
  const frame = event.senderFrame;
  return event.sender.id === page.id && frame !== null && frame.parent === null && isOurAddress(frame.url);
}

/** Logs our own faults, but not everyday failures such as a wrong password. */
function logFailure(thrown: unknown, name: CallName, log: (line: string) => void): Failure {
  const failure = failureOf(thrown);
  if (failure.code === 'internal' || failure.code === 'request-invalid') log(`bridge: ${failure.code} in ${name}, ${failure.detail ?? ''}`);
  return failure;
}
