import type { SessionEnd } from '../../../shared/access-protocol.ts';
import { endReasonIn, type OutputFacts } from './output.ts';

/** Results of the library (`openconnect_mainloop` in `mainloop.c`): minus errno. ECONNABORTED by system: Linux, macOS, Windows. */
const results = {
  rejected: -1,
  invalid: -22,
  cancelled: -4,
  refusedByStatus: -13,
  endedByGateway: -32,
  detached: [-103, -53, -106] as readonly number[],
} as const;
const keptLines = 40;

/** Reads what the library reports: the formats of its log lines, without values, and its result. */
export class LibraryOutput implements OutputFacts {
  readonly program = 'libopenconnect';
  reached = false;
  connectStatus: number | null = null;
  refusesPulse = false;
  private saysEnd = false;
  endReason: SessionEnd | null = null;
  private result: number | null = null;
  private readonly lines: string[] = [];

  /** @param words the part of the line's values that may be reported */
  add(format: string, words: string | null): void {
    const line = format.replaceAll(/\s+/g, ' ').trim();
    this.reached ||= line.startsWith('Connected to ');
    this.saysEnd ||= line.startsWith('Server terminates with reason: ');
    this.refusesPulse ||= line.startsWith('Unexpected IF-T/TLS authentication challenge') || words === 'Code 0x00';
    const status = /^HTTP (\d{3})$/.exec(words ?? '')?.[1];
    if (status !== undefined && line.startsWith('Got inappropriate HTTP CONNECT response')) this.connectStatus = Number(status);
    const reason = /^reason (-?\d+)$/.exec(words ?? '')?.[1];
    this.endReason ??= endReasonIn(reason === undefined ? line : line.replace('%ld', reason));
    this.lines.push(status === undefined ? line : `${line} [${status}]`);
    if (this.lines.length > keptLines) this.lines.shift();
  }

  /** The library returned. */
  end(result: number): void {
    this.result = result;
    this.lines.push(`result ${result}`);
  }

  get endedByGateway(): boolean {
    return this.saysEnd || this.result === results.endedByGateway;
  }

  /** Of an answer's status the log tells only that it is not 200. A refusal has another line after it (`do_https_request`). */
  get sentElsewhere(): boolean {
    return this.result === results.invalid && this.lines.at(-2) === 'Got HTTP response: %s';
  }

  get ticketRefused(): boolean {
    return this.result === results.refusedByStatus;
  }

  /** The exit code that `openconnect` has for this result (`main.c`). Null: the library has not returned. */
  get code(): number | null {
    const { result } = this;
    if (result === null) return null;
    if (result === results.rejected) return 2;
    return result === results.cancelled || results.detached.includes(result) ? 0 : 1;
  }

  get tail(): string {
    return this.lines.slice(-5).join(' · ').slice(-600);
  }
}
