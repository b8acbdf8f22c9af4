import net, { type Socket } from 'node:net';
import type { AlwaysConnectState } from '../../../shared/always-connect.ts';
import type { AccessState } from '../../../shared/access-state.ts';
import type { ProfileSummary } from '../../../shared/app-state.ts';
import { fail, failureOf } from '../../../shared/failure.ts';
import { reachesPhone } from '../../../shared/phone-words.ts';
import type { Answer } from '../../../shared/prompt.ts';
import type { UpdateState } from '../../../shared/updates.ts';
import { bindProxy } from '../../access/proxy-binding.ts';
import { atMost } from '../../net/deadline.ts';
import { startLoopbackProxy, type LoopbackProxy } from '../../tunnels/loopback-proxy.ts';
import type { Dial } from '../../tunnels/tunnel.ts';
import { controlAddress } from './control-address.ts';
import { readLines, writeLine } from './control-lines.ts';
import {
  control,
  askedSchema,
  controlRequestSchema,
  type ControlHolder,
  type ControlMessage,
  type ControlRequest,
  type ControlValue,
  type ControlVerb,
} from './control-protocol.ts';
import * as posixSocket from '../../net/private-socket-posix.ts';
import * as windowsPipe from '../../net/private-socket-windows.ts';

/** A session that other programs of the same user can control: the app's, or that of a command line. */
export interface ControlledSession {
  readonly holder: ControlHolder;
  readonly access: AccessState;
  readonly profiles: readonly ProfileSummary[];
  onAccess(listener: (access: AccessState) => void): () => void;
  /** What always-connect does. A command line has none. */
  readonly alwaysConnect?: AlwaysConnectState;
  /** What it does about updates. A command line does nothing. */
  readonly updates?: UpdateState;
  /**
   * @param typed whether a person has just typed the command
   * @param quick whether it did not name the campus; fails with `policy-locked` if policy does not allow that
   */
  connect(profileId: string, typed: boolean, quick: boolean): Promise<void>;
  answer(promptId: string, answer: Answer): Promise<void>;
  /** The recovery passcode that the app holds. A command line holds none. */
  readonly heldPasscode?: { isHeld(): boolean; answer(promptId: string): Promise<void> };
  disconnect(): Promise<void>;
  /** Opens the portal in the window and returns null. Without a window it returns the portal's address. */
  openPortal(): Promise<string | null>;
  dial: Dial;
}

export interface ControlServer {
  close(): Promise<void>;
}

const closeTimeoutMs = 1_000;
const probeTimeoutMs = 2_000;

/**
 * Listens for command lines in the settings folder. Replaces the socket that a killed process left there. Fails with
 * `not-now` when another process is listening.
 */
export async function serveControl(folder: string, session: ControlledSession, log: (line: string) => void): Promise<ControlServer> {
  const address = controlAddress(folder, session.holder);
  if (await isListening(address)) throw fail('not-now', undefined, { detail: 'another Causeway already listens there' });
  const clients = new Map<Socket, Client>();
  let isOurs = false;
  const server = net.createServer((socket) => {
    // A client may connect before the rights are set
    if (!isOurs || clients.size >= control.maxClients) {
      socket.destroy();
      return;
    }
    const client = new Client(socket, session, log);
    clients.set(socket, client);
    socket.once('close', () => {
      clients.delete(socket);
      client.onClosed();
    });
  });
  await (process.platform === 'win32' ? windowsPipe : posixSocket).listenPrivately(server, address);
  isOurs = true;
  return {
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const client of clients.values()) client.end();
      if (await atMost(closeTimeoutMs, closed)) return;
      for (const socket of clients.keys()) socket.destroy();
    },
  };
}

/** Whether a process listens there. One that is too busy to answer in time counts as listening. */
function isListening(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ path: address });
    const settle = (alive: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(alive);
    };
    const timer = setTimeout(() => settle(true), probeTimeoutMs);
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

/** Whether this answer would make a gateway ring a phone: by its kind, or by a word like `push` typed as the passcode. */
const mayRingPhone = (answer: Answer): boolean =>
  answer.kind === 'second-factor' || ('passcode' in answer && answer.passcode !== undefined && reachesPhone(answer.passcode));

/** One connected command line. */
class Client {
  private pending = 0;
  private ending = false;
  /** Nothing more of it is read. */
  private isDropped = false;
  private unwatch: (() => void) | null = null;
  private proxy: { opened: LoopbackProxy; stop: () => void } | null = null;
  private readonly firstMessageTimer: NodeJS.Timeout;

  constructor(
    private readonly socket: Socket,
    private readonly session: ControlledSession,
    private readonly log: (line: string) => void,
  ) {
    this.firstMessageTimer = setTimeout(() => socket.destroy(), control.firstMessageTimeoutMs);
    socket.on('error', () => socket.destroy());
    readLines(socket, (message) => this.onMessage(message));
  }

  /** Ends what lasts as long as the connection. A session that this client started continues: the holder owns it. */
  onClosed(): void {
    clearTimeout(this.firstMessageTimer);
    this.unwatch?.();
    this.proxy?.stop();
    this.proxy = null;
  }

  /** Closes the connection once every request is answered, so that a client that asked to disconnect gets its reply. */
  end(): void {
    this.ending = true;
    if (this.pending === 0) this.socket.end();
  }

  private onMessage(message: unknown): void {
    clearTimeout(this.firstMessageTimer);
    if (this.isDropped) return;
    const request = controlRequestSchema.safeParse(message);
    this.pending += 1;
    if (!request.success || this.pending > control.maxPending) {
      this.log(`control: ${request.success ? 'too many requests' : 'an invalid request'}`);
      this.isDropped = true;
      // A command line of another version is told why
      const asked = request.success ? null : askedSchema.safeParse(message);
      if (asked?.success)
        this.send({ type: 'failed', id: asked.data.id, failure: fail('versions-differ', { component: 'Causeway' }).failure });
      this.socket.destroySoon();
      return;
    }
    void this.serve(request.data);
  }

  /** Never rejects: a failure is sent as a reply. */
  private async serve(request: ControlRequest): Promise<void> {
    try {
      this.send({ type: 'done', id: request.id, value: await this.perform(request) });
    } catch (error) {
      this.send({ type: 'failed', id: request.id, failure: failureOf(error) });
    }
    this.pending -= 1;
    if (this.ending) this.end();
  }

  private async perform(request: ControlRequest): Promise<ControlValue<ControlVerb>> {
    const { session } = this;
    switch (request.verb) {
      case 'state':
        return {
          access: session.access,
          profiles: [...session.profiles],
          holder: session.holder,
          ...(session.alwaysConnect && { alwaysConnect: session.alwaysConnect }),
          ...(session.updates && { updates: session.updates }),
        };
      case 'watch':
        this.unwatch ??= session.onAccess((access) => this.sendState(access));
        this.sendState(session.access);
        return {};
      case 'connect':
        await session.connect(request.profileId, request.typed ?? false, request.quick ?? false);
        return {};
      case 'answer': {
        const { promptId, answer, typed } = request;
        // A push rings a phone, so a person must have typed it
        if (!typed && mayRingPhone(answer)) throw fail('request-invalid', undefined, { detail: 'a push needs an answer that was typed' });
        await session.answer(promptId, answer);
        return {};
      }
      case 'answerHeld':
        if (!session.heldPasscode) throw fail('not-now');
        await session.heldPasscode.answer(request.promptId);
        return {};
      case 'disconnect':
        await session.disconnect();
        return {};
      case 'openPortal':
        return { address: await session.openPortal() };
      case 'appTunnel':
        return this.openProxy(request.port);
    }
  }

  private async openProxy(port: number): Promise<ControlValue<'appTunnel'>> {
    if (this.proxy) throw fail('not-now');
    const { session } = this;
    const opened = await startLoopbackProxy(port);
    const off = bindProxy({ state: session.access, onChange: (listener) => session.onAccess(listener), dial: session.dial }, opened);
    const stop = (): void => {
      off();
      void opened.close();
    };
    if (this.socket.destroyed) stop();
    else this.proxy = { opened, stop };
    return { port: opened.port, user: opened.username, secret: opened.secret };
  }

  private sendState(access: AccessState): void {
    this.send({ type: 'state', access, heldPasscode: this.session.heldPasscode?.isHeld() ?? false });
  }

  private send(message: ControlMessage): void {
    writeLine(this.socket, message);
  }
}
