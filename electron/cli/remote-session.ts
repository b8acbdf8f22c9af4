import net, { type Socket } from 'node:net';
import * as z from 'zod';
import type { AlwaysConnectState } from '../../shared/always-connect.ts';
import type { AccessState } from '../../shared/access-state.ts';
import type { ProfileSummary } from '../../shared/app-state.ts';
import { CausewayError, fail } from '../../shared/failure.ts';
import type { Profile } from '../../shared/profile.ts';
import type { Answer, Prompt } from '../../shared/prompt.ts';
import type { UpdateState } from '../../shared/updates.ts';
import { withDeadline } from '../net/deadline.ts';
import { controlAddress } from '../app/control/control-address.ts';
import { readLines, writeLine } from '../app/control/control-lines.ts';
import { isAnsweredByUs } from '../net/private-socket-windows.ts';
import {
  controlMessageSchema,
  controlValues,
  type ControlHolder,
  type ControlMessage,
  type ControlRequest,
  type ControlValue,
  type ControlVerb,
} from '../app/control/control-protocol.ts';
import { isOwnFolder } from '../net/private-socket-posix.ts';
import type { ProxyEndpoint, SessionClient } from './session-client.ts';

const connectTimeoutMs = 2_000;
const replyTimeoutMs = 10_000;

/** The schemas by verb, typed so that a generic verb finds its own schema. */
const values: { [V in ControlVerb]: z.core.$ZodType<ControlValue<V>> } = controlValues;

type RequestOf<V extends ControlVerb> = Omit<Extract<ControlRequest, { verb: V }>, 'id' | 'verb'>;

/** Connects to the process that holds a session in this settings folder: the app, or else another command line. Null if there is none. */
export async function findSession(folder: string): Promise<SessionClient | null> {
  return (await RemoteSession.open(folder, 'app')) ?? RemoteSession.open(folder, 'command-line');
}

/** The session of another process of this user, controlled through its private socket. */
class RemoteSession implements SessionClient {
  access: AccessState = { kind: 'idle', ending: null };
  profiles: readonly ProfileSummary[] = [];
  alwaysConnect?: AlwaysConnectState;
  updates?: UpdateState;
  heldPasscode = false;
  readonly notices = [];
  readonly lost: Promise<void>;
  private count = 0;
  /** Whether a message could not be read, after which the connection is closed. */
  private isForeign = false;
  private readonly waiting = new Map<number, (message: ControlMessage | null) => void>();
  private readonly listeners = new Set<(access: AccessState) => void>();

  private constructor(
    private readonly socket: Socket,
    readonly holder: ControlHolder,
  ) {
    readLines(socket, (message) => this.onMessage(message));
    this.lost = new Promise((resolve) => {
      socket.on('error', () => socket.destroy());
      socket.once('close', () => {
        for (const settle of this.waiting.values()) settle(null);
        resolve();
      });
    });
  }

  /** Null when nothing listens there, or something that does not speak this protocol. Fails with `control-foreign` when another user of this computer answers. */
  static async open(folder: string, holder: ControlHolder): Promise<RemoteSession | null> {
    const address = controlAddress(folder, holder);
    if (process.platform !== 'win32' && !(await isOwnFolder(address))) return null;
    const socket = net.connect({ path: address });
    try {
      await withDeadline<true>(
        {
          signal: new AbortController().signal,
          ms: connectTimeoutMs,
          late: () => fail('component-failed', { component: 'Causeway' }),
          release: () => socket.destroy(),
        },
        (done, failed) => {
          socket.once('connect', () => done(true));
          socket.on('error', failed);
        },
      );
    } catch {
      return null;
    }
    // Before sending anything: on Windows anybody can take a pipe's name
    if (process.platform === 'win32' && !(await isAnsweredByUs(address))) {
      socket.destroy();
      throw fail('control-foreign', undefined, { detail: address });
    }
    const client = new RemoteSession(socket, holder);
    const { access, profiles, alwaysConnect, updates } = await client.request('state', {});
    if (alwaysConnect) client.alwaysConnect = alwaysConnect;
    if (updates) client.updates = updates;
    client.access = access;
    client.profiles = profiles;
    await client.request('watch', {});
    return client;
  }

  onAccess(listener: (access: AccessState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  onNotice(): () => void {
    return () => undefined; // the app shows them in its own window
  }

  async connect(profile: Profile, typed: boolean, quick: boolean): Promise<void> {
    await this.request('connect', { profileId: profile.id, typed, quick });
  }

  async answer({ id }: { id: string; prompt: Prompt }, answer: Answer, typed: boolean): Promise<void> {
    await this.request('answer', { promptId: id, answer, typed });
  }

  async answerHeld(promptId: string): Promise<void> {
    await this.request('answerHeld', { promptId });
  }

  async disconnect(): Promise<void> {
    await this.request('disconnect', {});
  }

  async openPortal(): Promise<string | null> {
    return (await this.request('openPortal', {})).address;
  }

  openProxy(port: number): Promise<ProxyEndpoint> {
    return this.request('appTunnel', { port });
  }

  close(): Promise<void> {
    this.socket.destroy();
    return this.lost;
  }

  private request<V extends ControlVerb>(verb: V, more: RequestOf<V>): Promise<ControlValue<V>> {
    const id = ++this.count;
    const bound = {
      signal: new AbortController().signal,
      ms: replyTimeoutMs,
      late: () => fail('component-failed', { component: 'Causeway' }, { detail: `the app did not answer ${verb}` }),
      release: () => this.waiting.delete(id),
    };
    return withDeadline(bound, (done, failed) => {
      this.waiting.set(id, (message) => {
        this.waiting.delete(id);
        if (message?.type === 'failed') failed(new CausewayError(message.failure));
        else if (message?.type === 'done') {
          const value = z.safeParse(values[verb], message.value);
          if (value.success) done(value.data);
          else failed(fail('versions-differ', { component: 'Causeway' }, { detail: `the app's reply to ${verb} cannot be read` }));
        } else if (this.isForeign)
          failed(fail('versions-differ', { component: 'Causeway' }, { detail: 'a message of the app cannot be read' }));
        else failed(fail('component-failed', { component: 'Causeway' }));
      });
      writeLine(this.socket, { ...more, id, verb });
    });
  }

  private onMessage(raw: unknown): void {
    const message = controlMessageSchema.safeParse(raw);
    if (!message.success) {
      this.isForeign = true;
      this.socket.destroy();
      return;
    }
    if (message.data.type !== 'state') {
      this.waiting.get(message.data.id)?.(message.data);
      return;
    }
    this.access = message.data.access;
    this.heldPasscode = message.data.heldPasscode ?? false;
    for (const listener of this.listeners) listener(this.access);
  }
}
