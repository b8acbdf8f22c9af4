import net, { type Socket } from 'node:net';
import type { AccessState } from '../../../shared/access-state.ts';
import type { ProfileSummary } from '../../../shared/app-state.ts';
import { fail, failureOf } from '../../../shared/failure.ts';
import { reachesPhone } from '../../../shared/phone-words.ts';
import type { Answer } from '../../../shared/prompt.ts';
import { bindProxy } from '../../access/proxy-binding.ts';
import { atMost } from '../../net/deadline.ts';
import { startLoopbackProxy, type LoopbackProxy } from '../../tunnels/loopback-proxy.ts';
import type { Dial } from '../../tunnels/tunnel.ts';
import { controlAddress } from './control-address.ts';
import { readLines, writeLine } from './control-lines.ts';
import {
  control,
  controlRequestSchema,
  type ControlHolder,
  type ControlMessage,
  type ControlRequest,
  type ControlValue,
  type ControlVerb,
} from './control-protocol.ts';
import * as onSocket from './control-socket-posix.ts';
import * as onPipe from './control-socket-windows.ts';

/** Whose session can be steered from another program of the same user: the app's, or a command line's own. */
export interface ControlledSession {
  readonly holder: ControlHolder;
  readonly access: AccessState;
  readonly profiles: readonly ProfileSummary[];
  onAccess(listener: (access: AccessState) => void): () => void;
  /** @param typed by a person, just now */
  connect(profileId: string, typed: boolean): Promise<void>;
  answer(promptId: string, answer: Answer): Promise<void>;
  disconnect(): Promise<void>;
  /** Opens the portal where there is a window for it: null. Otherwise its address. */
  openPortal(): Promise<string | null>;
  dial: Dial;
}

export interface ControlServer {
  close(): Promise<void>;
}

const closeTimeoutMs = 1_000;
const aliveWithinMs = 2_000;

/**
 * Listens for command lines in the folder of settings. What a killed predecessor left there is replaced; where another
 * one answers, fails with `not-now`.
 */
export async function serveControl(folder: string, session: ControlledSession, log: (line: string) => void): Promise<ControlServer> {
  const address = controlAddress(folder, session.holder);
  if (await answers(address)) throw fail('not-now', undefined, { detail: 'another one listens' });
  const clients = new Map<Socket, Client>();
  let isOurs = false;
  const server = net.createServer((socket) => {
    // Who was quicker than the rights
    if (!isOurs || clients.size >= control.maxClients) {
      socket.destroy();
      return;
    }
    const client = new Client(socket, session, log);
    clients.set(socket, client);
    socket.once('close', () => {
      clients.delete(socket);
      client.gone();
    });
  });
  await (process.platform === 'win32' ? onPipe : onSocket).listenPrivately(server, address);
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

/** Whether somebody listens there. One that is too busy to take the call holds the address all the same. */
function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ path: address });
    const settle = (alive: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(alive);
    };
    const timer = setTimeout(() => settle(true), aliveWithinMs);
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

/** Whether a gateway would have somebody's phone ring for this answer, by its kind or by a word in a passcode's place. */
const reachesSomePhone = (answer: Answer): boolean =>
  answer.kind === 'second-factor' || ('passcode' in answer && answer.passcode !== undefined && reachesPhone(answer.passcode));

/** One command line at the other end. */
class Client {
  private pending = 0;
  private ending = false;
  private unwatch: (() => void) | null = null;
  private proxy: { opened: LoopbackProxy; stop: () => void } | null = null;
  private readonly silence: NodeJS.Timeout;

  constructor(
    private readonly socket: Socket,
    private readonly session: ControlledSession,
    private readonly log: (line: string) => void,
  ) {
    this.silence = setTimeout(() => socket.destroy(), control.firstWordWithinMs);
    socket.on('error', () => socket.destroy());
    readLines(socket, (message) => this.take(message));
  }

  /** What lasts as long as the connection ends with it. A session that it began does not: it is the holder's. */
  gone(): void {
    clearTimeout(this.silence);
    this.unwatch?.();
    this.proxy?.stop();
    this.proxy = null;
  }

  /** Hangs up once what it asked is answered: who asked for the end is told that it came. */
  end(): void {
    this.ending = true;
    if (this.pending === 0) this.socket.end();
  }

  private take(message: unknown): void {
    clearTimeout(this.silence);
    const request = controlRequestSchema.safeParse(message);
    this.pending += 1;
    if (!request.success || this.pending > control.maxPending) {
      this.log(`control: ${request.success ? 'too many requests' : 'a request that is none'}`);
      this.socket.destroy();
      return;
    }
    void this.serve(request.data);
  }

  /** Never rejects: what fails is a reply. */
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
        return { access: session.access, profiles: [...session.profiles], holder: session.holder };
      case 'watch':
        this.unwatch ??= session.onAccess((access) => this.send({ type: 'state', access }));
        this.send({ type: 'state', access: session.access });
        return {};
      case 'connect':
        await session.connect(request.profileId, request.typed ?? false);
        return {};
      case 'answer': {
        const { promptId, answer, typed } = request;
        // A push reaches a phone: only ever by a person's own hand
        if (!typed && reachesSomePhone(answer)) throw fail('request-invalid', undefined, { detail: 'a push that nobody typed' });
        await session.answer(promptId, answer);
        return {};
      }
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

  private send(message: ControlMessage): void {
    writeLine(this.socket, message);
  }
}
