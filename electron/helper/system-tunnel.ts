import { lookup } from 'node:dns/promises';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { agentFor, type Agent } from '../../shared/user-agent.ts';
import { fail, failureOf } from '../../shared/failure.ts';
import { atMost } from '../net/deadline.ts';
import { hostOf } from '../trust/host.ts';
import type { HelperRequest, HelperUp } from '../helper-client/protocol.ts';
import { onlyRootCanChange } from '../system/root-owned.ts';
import { OpenConnectProcess, type ProcessControl } from '../tunnels/openconnect/process.ts';
import { bannerIn, endingOf, limitsFrom, refusalOf } from '../tunnels/openconnect/output.ts';
import { argumentsFor, type GatewayIdentity } from '../tunnels/openconnect/arguments.ts';
import type { TrafficCount, TunnelEnding } from '../tunnels/tunnel.ts';
import { beginJournal, noteRunner, restoreNetwork } from './journal.ts';
import { TunnelNetwork } from './tunnel-network.ts';
import type { NetworkRequest } from './network-request.ts';
import { platform } from './platform/current.ts';
import type { ScriptReport } from './script.ts';

export type OpenRequest = Extract<HelperRequest, { type: 'open' }>;

export interface SystemTunnelPlaces {
  openconnect: string;
  vpncScript: string;
  /** Folder for files that openconnect's user has to read. */
  run: string;
  /** The command that starts this program as openconnect's script. */
  script: readonly string[];
  /** Folder of the journal. */
  state: string;
}

const openTimeoutMs = 25_000;
const reachTimeoutMs = 5_000;
/** openconnect may reconnect by itself for this long. After that the layer above is told, which knows more about the network. */
const recoveryTimeoutMs = 1_500;
const restoreTimeoutMs = 40_000;
/** As long as a silent name server would delay openconnect itself, on the first attempt. */
const lookupTimeoutMs = 5_000;
const maxAddresses = 8;

/** One tunnel for the whole system, from starting its journal to restoring the network. */
export class SystemTunnel {
  /** Settles once the network is restored; never rejects. */
  readonly ended: Promise<TunnelEnding>;
  up: HelperUp | null = null;
  /** Called when the connection is lost and does not come back at once. */
  onSilent: () => void = () => undefined;
  /** Called as soon as openconnect is gone, before the network is restored. */
  onGone: () => void = () => undefined;
  private readonly running: OpenConnectProcess;
  private readonly isConfigured: Promise<ScriptReport>;
  private configured: ((report: ScriptReport) => void) | null = null;
  /** Why the script's last request was refused. */
  private refusal: string | null = null;
  private closing = false;
  private counted: TrafficCount = { received: 0, sent: 0 };
  private lastTrafficAt = Date.now();
  private counting: NodeJS.Timeout | undefined;
  private recovering: NodeJS.Timeout | undefined;

  private readonly agent: Agent;

  private constructor(
    readonly host: string,
    request: OpenRequest,
    identity: GatewayIdentity,
    private readonly places: SystemTunnelPlaces,
    script: string,
    processControl: ProcessControl,
    private readonly network: TunnelNetwork | null,
    private readonly log: (line: string) => void,
  ) {
    this.agent = request.target.agent ?? agentFor(process.platform);
    this.isConfigured = new Promise((resolve) => (this.configured = resolve));
    const args = argumentsFor({ ...request.target, agent: this.agent }, identity);
    const address = args.pop() ?? '';
    const { device, networkControl } = platform;
    const all = [...args, ...(device === null ? [] : [`--interface=${device}`]), '--script', script, address];
    const [program, before] =
      network && networkControl
        ? [networkControl.program, [...networkControl.args(network.user), places.openconnect]]
        : [places.openconnect, []];
    this.running = OpenConnectProcess.start(program, [...before, ...all], request.cookie, { processControl });
    this.ended = this.running.exited.then((code) => this.end(code));
  }

  /**
   * Opens a tunnel. Resolves once openconnect's script has configured the system. Fails with `tunnel-failed`,
   * `gateway-unreachable`, `gateway-unproven`, `ticket-rejected` or `component-missing`; the network is then as before.
   */
  static async open(
    request: OpenRequest,
    identity: GatewayIdentity,
    places: SystemTunnelPlaces,
    log: (line: string) => void,
    begun: (tunnel: SystemTunnel) => void,
  ): Promise<void> {
    const { device, networkControl } = platform;
    const libraries = await platform.librariesOf(places.openconnect);
    const others = [networkControl?.program ?? places.vpncScript, ...libraries];
    for (const component of [places.openconnect, ...others])
      if (!(await onlyRootCanChange(component)))
        throw fail('component-missing', { component }, { detail: 'missing, or not only administrators can change it' });
    let network: TunnelNetwork | null = null;
    let tunnel: SystemTunnel;
    try {
      if (networkControl && device !== null) network = await TunnelNetwork.make(networkControl, { device, state: places.state }, log);
      else await beginJournal(places.state, { vpncScript: places.vpncScript, device: device ?? 'utun' });
      await network?.limitPacketSize(await addressesOf(request.target));
      const proof = network ? await readableCopy(identity, places.run) : identity;
      const [script, processControl] = [await platform.scriptFor(places.script, places.state), await platform.processControl()];
      tunnel = new SystemTunnel(new URL(request.target.connectUrl).hostname, request, proof, places, script, processControl, network, log);
    } catch (error) {
      // openconnect did not start, so its end cannot restore the network
      await restoreNetwork(places.state, log).catch(() => false);
      throw error;
    }
    begun(tunnel);
    await tunnel.waitUntilUp();
  }

  /** Takes a report of the script. */
  takeReport(report: ScriptReport): void {
    clearTimeout(this.recovering);
    if (report.reason === 'connect') this.configured?.(report);
    if (report.reason === 'attempt-reconnect') this.recovering = setTimeout(() => this.onSilent(), recoveryTimeoutMs);
  }

  /** Applies a request of openconnect's script, on systems where the helper changes the network. Resolves with the script's exit code. */
  async applyNetwork(wanted: NetworkRequest): Promise<number> {
    const { network } = this;
    const why = network ? await network.apply(wanted) : 'nobody asked';
    const { reason, device, nameServers, idleTimeout, options } = wanted;
    this.refusal = why;
    this.takeReport({ reason, code: why === null ? 0 : 1, device, nameServers, idleTimeout, options });
    return why === null ? 0 : 1;
  }

  /** Makes openconnect reconnect. Interface, routes and name servers stay. */
  recover(): void {
    this.running.reconnect();
  }

  /** Bytes through the interface since the tunnel opened. */
  async traffic(): Promise<TrafficCount> {
    if (!this.up) return this.counted;
    const now = await platform.network.traffic(this.up.device);
    if (!now) return this.counted;
    if (now.received !== this.counted.received || now.sent !== this.counted.sent) this.lastTrafficAt = Date.now();
    this.counted = now;
    return this.counted;
  }

  /** Closes the tunnel and restores the network, within a time limit. */
  async close(signOut: boolean): Promise<void> {
    this.closing = true;
    await this.running.leave(signOut ? 'sign-out' : 'detach');
    await atMost(restoreTimeoutMs, this.ended);
  }

  private async waitUntilUp(): Promise<void> {
    const { running, host, places } = this;
    const { pid } = running;
    if (pid !== undefined) await noteRunner(places.state, pid);
    const late = setTimeout(() => void running.leave('detach'), openTimeoutMs);
    const unreached = setTimeout(() => {
      if (!running.output.reached) void running.leave('detach');
    }, reachTimeoutMs);
    try {
      const first = await Promise.race([this.isConfigured, running.exited]);
      if (first === null || typeof first === 'number') {
        if (running.output.unproven)
          throw fail('gateway-unproven', { host }, { detail: `openconnect ended (${first ?? 'killed'}): ${running.output.tail}` });
        throw refusalOf(first, running.output, host, this.agent);
      }
      if (first.code !== 0) throw fail('tunnel-failed', { host }, { detail: this.refusal ?? `vpnc-script ended with ${first.code}` });
      const limits = limitsFrom({ idleTimeout: first.idleTimeout, options: first.options }, Date.now());
      const expiresAt = limits.expiresAt ?? running.output.expiresAt;
      const banner = bannerIn(first.options);
      this.up = {
        kind: 'up',
        host,
        device: first.device,
        nameServers: first.nameServers,
        expiresAt,
        idleSeconds: limits.idleSeconds,
        ...(banner === null ? {} : { banner }),
      };
      this.counting = setInterval(() => void this.traffic(), 1_000);
    } catch (error) {
      await this.close(false);
      throw error;
    } finally {
      clearTimeout(late);
      clearTimeout(unreached);
    }
  }

  private async end(code: number | null): Promise<TunnelEnding> {
    clearInterval(this.counting);
    clearTimeout(this.recovering);
    const at = Date.now();
    this.onGone();
    await atMost(restoreTimeoutMs, this.restore());
    if (this.closing) return { kind: 'closed' };
    const { up, host, lastTrafficAt, running } = this;
    const limits = { expiresAt: up?.expiresAt ?? null, idleSeconds: up?.idleSeconds ?? null };
    return endingOf({ code, output: running.output, limits, at, lastTrafficAt, host });
  }

  private async restore(): Promise<void> {
    try {
      await this.network?.finish();
      await restoreNetwork(this.places.state, this.log);
    } catch (error) {
      this.log(`the network could not be restored: ${failureOf(error).detail ?? ''}`);
    }
    this.log(`interfaces now: ${(await platform.network.read()).links.join(' ')}`);
  }
}

/** The addresses at which openconnect will look for the gateway; none if there is a proxy. Has a time limit and never rejects. */
async function addressesOf({ connectUrl, address, proxy }: OpenRequest['target']): Promise<string[]> {
  if (proxy) return [];
  const host = address ?? hostOf(new URL(connectUrl));
  if (isIP(host) !== 0) return [host];
  const found = lookup(host, { all: true }).then(
    (all) => all.map((each) => each.address).slice(0, maxAddresses),
    () => [],
  );
  return (await atMost(lookupTimeoutMs, found)) ? found : [];
}

/** Copies an authority's file to where openconnect's user can read it. So openconnect reads the file that was checked. */
async function readableCopy(identity: GatewayIdentity, run: string): Promise<GatewayIdentity> {
  if (identity.kind !== 'authority') return identity;
  const file = join(run, 'authority.pem');
  await writeFile(file, await readFile(identity.file));
  await chmod(file, 0o644);
  return { ...identity, file };
}
