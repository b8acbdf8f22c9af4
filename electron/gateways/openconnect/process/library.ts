import { isAbsolute } from 'node:path';
import koffi, { type LibraryHandle } from 'koffi';
import { searchSafeFoldersOnly, systemLibrary } from '../../../system/windows/libraries.ts';
import { guarded, guardedForTunnel, type SignInCallbacks, type TunnelCallbacks } from './callbacks.ts';
import { mappedFrom } from './loaded-library-linux.ts';
import { copyBytes, decode, type Pointer } from './memory.ts';
import { logLevels, type SignInOptions } from './messages.ts';
import { TunnelCalls } from './tunnel-calls.ts';

/**
 * libopenconnect, called through koffi. Layouts, constants and signatures are from `openconnect.h`, API 5.8 (OpenConnect
 * 9.00 and 9.01) and 5.10 (9.21). Later versions of the 5 series only add functions.
 */

const certificate = koffi.struct('oc_cert', { der_len: 'int', der_data: 'void *', reserved: 'void *' });
koffi.struct('oc_webview_result', { uri: 'const char *', cookies: 'const char **', headers: 'const char **' });

/**
 * Loads the first of these libraries that loads. A path must be absolute; on Linux it may be a name that the system knows
 * (`ld.so.cache`, never the working directory). Throws the last error if none loads.
 */
export function loadLibrary(paths: readonly string[]): Library {
  if (process.platform === 'win32') searchSafeFoldersOnly(koffi);
  let last: unknown = new Error('no library named');
  for (const path of paths) {
    try {
      if (!isAbsolute(path) && process.platform !== 'linux') throw new Error(`not a full path: ${path}`);
      return new Library(koffi.load(path), isAbsolute(path) ? path : mappedFrom(path));
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

/** The library's functions that we use. Each one blocks; `obtainCookie` blocks for the whole sign-in. */
export class Library {
  readonly version: () => string;
  readonly parseUrl: (vpn: Pointer, url: string) => number;
  readonly setProtocol: (vpn: Pointer, protocol: string) => number;
  readonly setUserAgent: (vpn: Pointer, agent: string) => number;
  /** `linux-64` and the like. GlobalProtect portals and Cisco policies depend on it. */
  readonly setReportedSystem: (vpn: Pointer, system: string) => number;
  readonly setSystemTrust: (vpn: Pointer, trust: number) => void;
  /** The authentication methods allowed with a proxy. */
  readonly setProxyAuth: (vpn: Pointer, methods: string) => number;
  readonly setProxy: (vpn: Pointer, url: string) => number;
  readonly setClientCertificate: (vpn: Pointer, certificate: string, key: string | null) => number;
  readonly setupHostCheck: (vpn: Pointer, uid: number, silent: number, wrapper: string) => number;
  readonly setupCommandPipe: (vpn: Pointer) => number;
  readonly obtainCookie: (vpn: Pointer) => number;
  readonly cookie: (vpn: Pointer) => string | null;
  /** Appends to its own result at every call, so call it once in a sign-in. */
  readonly connectUrl: (vpn: Pointer) => string | null;
  readonly peerHash: (vpn: Pointer) => string | null;
  /** The address that answered, or the name if the address is unknown. */
  readonly hostname: (vpn: Pointer) => string | null;
  /** The name that certificates are checked for. */
  readonly dnsName: (vpn: Pointer) => string | null;
  readonly urlPath: (vpn: Pointer) => string | null;
  readonly setOptionValue: (option: Pointer, value: string) => number;
  /** Closes the connection. */
  readonly hangUp: (vpn: Pointer) => void;
  readonly free: (vpn: Pointer) => void;
  private readonly vpnInfoNew: (agent: string, ...callbacks: unknown[]) => Pointer;
  private readonly setLogLevel: (vpn: Pointer, level: number) => void;
  private readonly overrideResolve: (vpn: Pointer, callback: bigint) => void;
  private readonly setProtect: (vpn: Pointer, callback: bigint) => void;
  private readonly setWebview: (vpn: Pointer, callback: bigint) => void;
  private readonly setOwnBrowser: (vpn: Pointer, callback: bigint) => void;
  private readonly webviewLoaded: (vpn: Pointer, result: unknown) => number;
  private readonly chain: (vpn: Pointer, chain: [Pointer]) => number;
  private readonly freeChain: (vpn: Pointer, chain: Pointer) => void;
  /** What only a tunnel needs. */
  readonly tunnel: TunnelCalls;
  private registered: Readonly<Record<string, bigint>> = {};

  constructor(
    library: LibraryHandle,
    /** Its full path; null if unknown. */
    readonly path: string | null,
  ) {
    const f = (signature: string) => library.func(signature);
    this.version = f('const char *openconnect_get_version()');
    this.parseUrl = f('int openconnect_parse_url(void *, const char *)');
    this.setProtocol = f('int openconnect_set_protocol(void *, const char *)');
    this.setUserAgent = f('int openconnect_set_useragent(void *, const char *)');
    this.setReportedSystem = f('int openconnect_set_reported_os(void *, const char *)');
    this.setSystemTrust = f('void openconnect_set_system_trust(void *, uint)');
    this.setProxyAuth = f('int openconnect_set_proxy_auth(void *, const char *)');
    this.setProxy = f('int openconnect_set_http_proxy(void *, const char *)');
    this.setClientCertificate = f('int openconnect_set_client_cert(void *, const char *, const char *)');
    this.setupHostCheck = f('int openconnect_setup_csd(void *, uint, int, const char *)');
    this.setupCommandPipe = f('int openconnect_setup_cmd_pipe(void *)');
    this.obtainCookie = f('int openconnect_obtain_cookie(void *)');
    this.cookie = f('const char *openconnect_get_cookie(void *)');
    this.connectUrl = f('const char *openconnect_get_connect_url(void *)');
    this.peerHash = f('const char *openconnect_get_peer_cert_hash(void *)');
    this.hostname = f('const char *openconnect_get_hostname(void *)');
    this.dnsName = f('const char *openconnect_get_dnsname(void *)');
    this.urlPath = f('const char *openconnect_get_urlpath(void *)');
    this.setOptionValue = f('int openconnect_set_option_value(void *, const char *)');
    this.hangUp = f('void openconnect_reset_ssl(void *)');
    this.free = f('void openconnect_vpninfo_free(void *)');
    this.vpnInfoNew = f('void *openconnect_vpninfo_new(const char *, void *, void *, void *, void *, void *)');
    this.setLogLevel = f('void openconnect_set_loglevel(void *, int)');
    this.overrideResolve = f('void openconnect_override_getaddrinfo(void *, void *)');
    this.setProtect = f('void openconnect_set_protect_socket_handler(void *, void *)');
    this.setWebview = f('void openconnect_set_webview_callback(void *, void *)');
    this.setOwnBrowser = f('void openconnect_set_external_browser_callback(void *, void *)');
    this.webviewLoaded = f('int openconnect_webview_load_changed(void *, const oc_webview_result *)');
    this.chain = f('int openconnect_get_peer_cert_chain(void *, _Out_ void **)');
    this.freeChain = f('void openconnect_free_peer_cert_chain(void *, void *)');
    this.tunnel = new TunnelCalls(library);
    if (f('int openconnect_init_ssl()')() !== 0) throw new Error('its TLS library could not be initialized');
  }

  /** Starts a sign-in. After freeing it, also call {@link release}. Throws if there is no memory. */
  open(agent: string, callbacks: SignInCallbacks, { web, protocol }: Pick<SignInOptions, 'web' | 'protocol'>): Pointer {
    const pointers = guarded(callbacks);
    this.registered = { ...pointers };
    // No callback for a new configuration: without one the library does not fetch it (`fetch_config` in its `auth.c`)
    const vpn = this.vpnInfoNew(agent, pointers.validatePeer, null, pointers.processForm, pointers.progress, null);
    if (vpn === null) throw new Error('out of memory');
    // By default the library logs every header, and each line is a message that delays the sign-in. GlobalProtect needs
    // the debug level: only there does the library log a portal answer that it could not read
    this.setLogLevel(vpn, protocol === 'gp' ? logLevels.debug : logLevels.info);
    this.overrideResolve(vpn, pointers.resolve);
    this.setProtect(vpn, pointers.onSocket);
    if (web) {
      this.setWebview(vpn, pointers.webview);
      this.setOwnBrowser(vpn, pointers.ownBrowser);
    }
    return vpn;
  }

  /** Starts a tunnel. After freeing it, also call {@link release}. Throws if there is no memory. */
  openTunnel(agent: string, callbacks: TunnelCallbacks): Pointer {
    const pointers = guardedForTunnel(callbacks);
    this.registered = { ...pointers };
    const vpn = this.vpnInfoNew(agent, pointers.validatePeer, null, pointers.processForm, pointers.progress, null);
    if (vpn === null) throw new Error('out of memory');
    this.setLogLevel(vpn, logLevels.info);
    this.overrideResolve(vpn, pointers.resolve);
    this.setProtect(vpn, pointers.onSocket);
    this.tunnel.setHandlers(vpn, pointers);
    return vpn;
  }

  /** Unregisters the callbacks of the last run. */
  release(): void {
    for (const pointer of Object.values(this.registered)) koffi.unregister(pointer);
    this.registered = {};
  }

  /** The certificates that the peer presented: DER, leaf first. Works only inside `validatePeer`. */
  peerChain(vpn: Pointer): Buffer[] {
    const out: [Pointer] = [null];
    const count = this.chain(vpn, out);
    const [first] = out;
    if (count <= 0 || first === null) return [];
    try {
      return Array.from({ length: Math.min(count, 10) }, (_, index) => {
        const each = decode<{ der_len: number; der_data: Pointer }>(first, certificate, index);
        return each.der_data === null ? Buffer.alloc(0) : copyBytes(each.der_data, each.der_len);
      });
    } finally {
      this.freeChain(vpn, first);
    }
  }

  /** Gives the library a page that has loaded. 0: the sign-in is complete. Negative: more pages to come (-EAGAIN), or refused. */
  pageLoaded(vpn: Pointer, page: { url: string; cookies: readonly NameAndValue[]; headers: readonly NameAndValue[] }): number {
    const flat = (list: readonly NameAndValue[]) => [...list.flatMap(({ name, value }) => [name, value]), null];
    return this.webviewLoaded(vpn, { uri: page.url, cookies: flat(page.cookies), headers: flat(page.headers) });
  }
}

interface NameAndValue {
  name: string;
  value: string;
}

/** The C library's own getaddrinfo. */
export function systemResolver(): (node: string, service: string, hints: Pointer, result: Pointer) => number {
  const library = process.platform === 'win32' ? systemLibrary(koffi, 'ws2_32.dll') : koffi.load(null);
  return library.func('int getaddrinfo(const char *, const char *, void *, void *)');
}
