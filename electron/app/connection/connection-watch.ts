import type { AccessState } from '../../../shared/access-state.ts';
import type { TrafficSample } from '../../../shared/app-state.ts';
import { connectionSlots, type ConnectionReport, type ConnectionSpan } from '../../../shared/connection.ts';
import { Delays, type DelaySource } from './delays.ts';
import { ConnectionHistory } from './history.ts';

interface WatchDeps {
  source: DelaySource;
  /** Epoch ms. */
  now: () => number;
  log: (line: string) => void;
}

/** Remembers how the current session went: traffic, delay, reconnects. In memory only, and forgotten when the next session begins. */
export class ConnectionWatch {
  private session: { history: ConnectionHistory; delays: Delays } | null = null;
  private kind: AccessState['kind'] = 'idle';

  constructor(private readonly deps: WatchDeps) {}

  accessChanged({ kind }: AccessState): void {
    const before = this.kind;
    this.kind = kind;
    if (kind === before) return;
    const at = this.deps.now();
    if (kind === 'reconnecting') this.session?.history.broke(at);
    if (kind !== 'connected') return;
    if (before === 'reconnecting') this.session?.history.cameBack(at);
    else this.session = this.begin(at);
  }

  /** Once a second while the connection is up. */
  sample({ at, ...traffic }: TrafficSample): void {
    this.session?.history.traffic(at, traffic);
    this.session?.delays.tick();
  }

  /** For somebody who looks now; null before the first session. */
  report(span: ConnectionSpan): ConnectionReport | null {
    if (!this.session) return null;
    const { history, delays } = this.session;
    delays.looked();
    const now = this.deps.now();
    return {
      since: history.begun(now),
      ...history.totals,
      reconnects: history.reconnects,
      verdict: delays.verdict,
      campus: delays.campus,
      network: delays.network,
      everyMs: connectionSlots[span].everyMs,
      slots: history.slots(span, now),
    };
  }

  private begin(at: number): { history: ConnectionHistory; delays: Delays } {
    const { source, now, log } = this.deps;
    const history = new ConnectionHistory(at);
    return { history, delays: new Delays(source, { campus: (ms) => history.delay(now(), ms), log }) };
  }
}
