import { connect } from 'node:tls';
import { WebSocket } from 'ws';
import { accessProtocol, gatewayMessageSchema, type ClientMessage, type GatewayMessage } from '../../../shared/access-protocol.ts';
import type { Answer, Prompt, PromptKind, PromptOf } from '../../../shared/prompt.ts';

type MessageOf<T extends GatewayMessage['type']> = Extract<GatewayMessage, { type: T }>;

export const installation = (letter: string): string => letter.repeat(24);
const withinMs = 20_000;

/** A client of the access protocol that sends exactly what a test tells it to, valid or not. */
export class GatewayClient {
  private readonly waiting: GatewayMessage[] = [];
  private wake: () => void = () => undefined;
  /** The close code, once the connection is closed. */
  private code: number | null = null;
  private seq = 0;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data) => {
      this.waiting.push(gatewayMessageSchema.parse(JSON.parse(Buffer.isBuffer(data) ? data.toString() : '')));
      this.wake();
    });
    socket.on('error', () => this.wake());
    socket.on('close', (code) => {
      this.code = code;
      this.wake();
    });
  }

  static async open(
    campus: { port: number; authority: { pem: string } },
    subprotocols: string[] = [accessProtocol.subprotocol],
  ): Promise<GatewayClient> {
    const socket = new WebSocket(`wss://vpn.campus.test:${campus.port}${accessProtocol.path}`, subprotocols, {
      createConnection: () =>
        connect({
          host: '127.0.0.1',
          port: campus.port,
          servername: 'vpn.campus.test',
          ca: campus.authority.pem,
          ALPNProtocols: ['http/1.1'],
        }),
    });
    const client = new GatewayClient(socket);
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return client;
  }

  send(message: ClientMessage): void {
    this.socket.send(JSON.stringify(message));
  }

  hello(from = 'A', resume?: string): void {
    this.send({
      type: 'hello',
      client: 'Test',
      version: '1',
      installation: installation(from),
      ...(resume === undefined ? {} : { resume }),
    });
  }

  /** The next message. Fails if it is of another type. */
  async next<T extends GatewayMessage['type']>(type: T): Promise<MessageOf<T>> {
    const message = await this.until(() => this.waiting.shift());
    const isWanted = (other: GatewayMessage): other is MessageOf<T> => other.type === type;
    if (!isWanted(message)) throw new Error(`expected ${type}, got ${JSON.stringify(message)}`);
    return message;
  }

  /** The next message, which must be a prompt of this kind. */
  async prompt<K extends PromptKind>(kind: K): Promise<PromptOf<K>> {
    const { seq, prompt } = await this.next('prompt');
    this.seq = seq;
    const isWanted = (other: Prompt): other is PromptOf<K> => other.kind === kind;
    if (!isWanted(prompt)) throw new Error(`expected ${kind}, got ${JSON.stringify(prompt)}`);
    return prompt;
  }

  /** Answers the last prompt, or another one. */
  answer(answer: Answer, seq = this.seq): void {
    this.send({ type: 'answer', seq, answer });
  }

  /** The code with which the far end closed. */
  closed(): Promise<number> {
    return this.until(() => this.code ?? undefined, true);
  }

  /** Drops the connection without closing it, like a pulled cable. */
  cut(): Promise<number> {
    this.socket.terminate();
    return this.closed();
  }

  private async until<T>(look: () => T | undefined, evenClosed = false): Promise<T> {
    const deadline = performance.now() + withinMs;
    for (let found = look(); ; found = look()) {
      if (found !== undefined) return found;
      if (this.code !== null && !evenClosed) throw new Error(`the gateway closed with ${this.code}`);
      const left = deadline - performance.now();
      if (left <= 0) throw new Error('the gateway is silent');
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

export const proceed: Answer = { kind: 'notice', proceed: true };
export const credentials = (user: string, password: string): Answer => ({ kind: 'credentials', values: { user, password } });
export const withPasscode = (passcode?: string): Answer => ({
  kind: 'second-factor-passcode',
  ...(passcode === undefined ? {} : { passcode }),
});
export const toDevice = (device: string): Answer => ({ kind: 'second-factor', method: 'push', device });
export const instead = (method: 'passcode' | 'choose'): Answer => ({ kind: 'instead', method });
