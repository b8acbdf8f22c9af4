import { codes, decodeOptions, encodeOptions, sameOption, type ControlPacket, type Option } from './control-packet.ts';
import { ProtocolViolation } from './violation.ts';

/** What one side thinks of an option that the other one asked for. */
export type Verdict = 'ack' | 'reject' | { nak: Buffer };

/** One of LCP, IPCP and IP6CP, from the gateway's side. */
export interface NegotiationOptions {
  name: string;
  /** What we ask for, best first: each refusal by the client leads to what `after` makes of it. */
  ask: readonly Option[];
  /** What we ask for after the client refused these options. Throws {@link ProtocolViolation} if the client has no reason to. */
  after?: (asked: readonly Option[], refused: readonly Option[], code: 'nak' | 'reject') => readonly Option[];
  /** Judges an option of the client's. */
  judge: (option: Option) => Verdict;
  send: (packet: ControlPacket) => void;
  /** Notes what the RFC says to drop. */
  discard: (what: string) => void;
  onOpen: () => void;
}

/**
 * The part of RFC 1661's automaton (4) that sets options up: both sides ask until the other acknowledges. The client
 * (OpenConnect's `handle_config_packet`) does the same. Everything that this one gets is held against the RFC.
 */
export class Negotiation {
  private asked: readonly Option[];
  private id = 0;
  private lastClientId: number | null = null;
  /** What we agreed to of the client's. Null: nothing yet. */
  agreed: readonly Option[] | null = null;
  private isAcknowledged = false;

  constructor(private readonly options: NegotiationOptions) {
    this.asked = options.ask;
  }

  /** What the client has agreed to of ours. Null: nothing yet. */
  get own(): readonly Option[] | null {
    return this.isAcknowledged ? this.asked : null;
  }

  get isOpen(): boolean {
    return this.isAcknowledged && this.agreed !== null;
  }

  start(): void {
    this.id += 1;
    this.options.send({ code: codes.request, id: this.id, data: encodeOptions(this.asked) });
  }

  /** Takes a Configure packet: request, acknowledgement or refusal. */
  receive({ code, id, data }: ControlPacket): void {
    if (code === codes.request) this.onRequest(id, data);
    else if (code === codes.ack) this.onAck(id, data);
    else this.onRefusal(id, data, code === codes.nak ? 'nak' : 'reject');
  }

  private onRequest(id: number, data: Buffer): void {
    const { name, judge, send } = this.options;
    const options = decodeOptions(data);
    // RFC 1661, 5.1: a request with other contents has another id; OpenConnect never repeats one (`queue_config_request`)
    if (id === this.lastClientId) throw new ProtocolViolation(`${name}: the request ${id} twice`);
    this.lastClientId = id;
    const judged = options.map((option) => ({ option, verdict: judge(option) }));
    const rejected = judged.filter(({ verdict }) => verdict === 'reject').map(({ option }) => option);
    // RFC 1661, 5.4: what is rejected goes first and alone
    if (rejected.length > 0) {
      send({ code: codes.reject, id, data: encodeOptions(rejected) });
      return;
    }
    const better = judged.flatMap(({ option: { type }, verdict }) => (typeof verdict === 'object' ? [{ type, value: verdict.nak }] : []));
    if (better.length > 0) {
      send({ code: codes.nak, id, data: encodeOptions(better) });
      return;
    }
    // A client asks again after three seconds (`handle_state_transition`): then our answer was late, and its own is on the way
    const isAgain = this.isOpen;
    if (isAgain && typesIn(options) !== typesIn(this.agreed ?? [])) throw new ProtocolViolation(`${name}: other options after it was open`);
    this.agreed = options;
    send({ code: codes.ack, id, data });
    if (this.isOpen && !isAgain) this.options.onOpen();
  }

  private onAck(id: number, data: Buffer): void {
    const { onOpen, discard } = this.options;
    // RFC 1661, 5.2: one that does not repeat the last request exactly is dropped. When a connection breaks during its
    // negotiation, OpenConnect sends what was left to say on the next one (`ppp_reset` keeps `tcp_control_queue`).
    if (id !== this.id || this.isAcknowledged || !data.equals(encodeOptions(this.asked))) {
      discard('an acknowledgement of something else');
      return;
    }
    this.isAcknowledged = true;
    if (this.isOpen) onOpen();
  }

  private onRefusal(id: number, data: Buffer, code: 'nak' | 'reject'): void {
    const { name, after, discard } = this.options;
    const refused = decodeOptions(data);
    if (id !== this.id || this.isAcknowledged) {
      discard(`a ${code} of something else`);
      return;
    }
    if (refused.length === 0) throw new ProtocolViolation(`${name}: a ${code} of nothing`);
    for (const option of refused) {
      const ours = this.asked.find(({ type }) => type === option.type);
      // RFC 1661, 5.4: a reject repeats the options that it is about
      if (!ours || (code === 'reject' && !sameOption(ours, option)))
        throw new ProtocolViolation(`${name}: a ${code} of option ${option.type}, which we did not ask for`);
    }
    if (!after) throw new ProtocolViolation(`${name}: a ${code} of options ${refused.map(({ type }) => type).join(', ')}`);
    this.asked = after(this.asked, refused, code);
    this.start();
  }
}

const typesIn = (options: readonly Option[]): string => options.map(({ type }) => type).join(' ');
