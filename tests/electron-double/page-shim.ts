import { createCodec, type Codec } from './codec.ts';

/**
 * The page's side of the bridge. Two scripts run before any of the page's own: one in the page's world, one
 * in a real isolated world of Chromium, which alone owns the binding to the main process. Between the two,
 * values cross as text in synchronous DOM events whose name is a secret of this page.
 *
 * The functions are injected as source text, so they refer to nothing outside themselves.
 */

/** The name of the isolated world that the preload runs in. */
export const preloadWorldName = 'electron-preload';
/** The function through which the isolated world reaches the main process. */
export const bindingName = '__electronDouble';
/** The function through which the main process reaches the isolated world. */
export const deliverName = '__electronDoubleDeliver';

/** One end of the link between the worlds. Functions and promises cross as numbers and are called back. */
interface WorldLink {
  post(message: object): void;
  on(kind: string, listener: (message: Record<string, unknown>) => void): void;
}

function createLink(codec: Codec, outbound: string, inbound: string): WorldLink {
  const lent = new Map<number, object>();
  const awaited = new Map<number, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>();
  const replies: Record<string, unknown>[] = [];
  const listeners = new Map<string, (message: Record<string, unknown>) => void>();
  let next = 1;

  const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
  function lend(value: object): number {
    lent.set(next, value);
    return next++;
  }
  function replace(value: object): object | undefined {
    if (typeof value === 'function') return { $type: 'lent-function', value: lend(value) };
    if (value instanceof Promise) return { $type: 'lent-promise', value: lend(value) };
    return undefined;
  }
  function revive(tag: string, value: unknown): unknown {
    if (tag === 'lent-function') return (...args: unknown[]) => call(Number(value), args);
    if (tag !== 'lent-promise') return undefined;
    return new Promise((resolve, reject) => {
      const ticket = next++;
      awaited.set(ticket, { resolve, reject });
      post({ kind: 'await', id: Number(value), ticket });
    });
  }
  function call(id: number, args: unknown[]): unknown {
    post({ kind: 'call', id, args });
    const reply = replies.pop();
    if (reply?.['error']) throw asError(reply['error']);
    return reply?.['value'];
  }
  function post(message: object): void {
    window.dispatchEvent(new CustomEvent(outbound, { detail: codec.encode(message, replace) }));
  }
  function isRecord(value: unknown): value is Record<string, unknown> {
    return typeof value === 'object' && value !== null;
  }

  listeners.set('call', (message) => {
    const callee = lent.get(Number(message['id']));
    const args: unknown[] = Array.isArray(message['args']) ? message['args'] : [];
    try {
      if (typeof callee !== 'function') throw new Error('No such function');
      const value: unknown = Reflect.apply(callee, undefined, args);
      post({ kind: 'reply', value });
    } catch (error) {
      post({ kind: 'reply', error: asError(error) });
    }
  });
  listeners.set('reply', (message) => void replies.push(message));
  listeners.set('await', (message) => {
    const id = Number(message['id']);
    const promise = lent.get(id);
    // It is awaited once. Kept, every answer of the main process would stay in the page
    lent.delete(id);
    Promise.resolve(promise).then(
      (value) => post({ kind: 'settle', ticket: message['ticket'], value }),
      (error: unknown) => post({ kind: 'settle', ticket: message['ticket'], error: asError(error) }),
    );
  });
  listeners.set('settle', (message) => {
    const ticket = Number(message['ticket']);
    const waiting = awaited.get(ticket);
    awaited.delete(ticket);
    if (message['error']) waiting?.reject(message['error']);
    else waiting?.resolve(message['value']);
  });

  window.addEventListener(
    inbound,
    (event) => {
      event.stopImmediatePropagation();
      if (!(event instanceof CustomEvent)) return;
      const message = codec.decode(String(event.detail), revive);
      if (isRecord(message)) listeners.get(String(message['kind']))?.(message);
    },
    true,
  );
  return { post, on: (kind, listener) => void listeners.set(kind, listener) };
}

/** The page's world: what `contextBridge` exposes, frozen; and a question to the app before a permission is used. */
function runInPage(link: WorldLink): void {
  const freeze = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    Object.values(value).forEach(freeze);
    return Object.freeze(value);
  };
  link.on('expose', (message) => {
    Object.defineProperty(window, String(message['name']), {
      value: freeze(message['api']),
      enumerable: true,
      writable: false,
      configurable: false,
    });
  });

  let askFirst: (permission: string, details: object) => Promise<unknown> = () => Promise.resolve();
  link.on('permissions', (message) => {
    const ask = message['ask'];
    if (typeof ask === 'function')
      askFirst = (permission, details) => Promise.resolve(Reflect.apply(ask, undefined, [permission, details]));
  });
  /** Replaces `method` of `owner` with one that asks the app first. Chromium then decides as the app did. */
  function guard(owner: unknown, method: string, permission: string): void {
    if (typeof owner !== 'object' && typeof owner !== 'function') return;
    if (owner === null || !(method in owner)) return;
    const original: unknown = Reflect.get(owner, method);
    if (typeof original !== 'function') return;
    Reflect.set(owner, method, function (this: unknown, ...args: unknown[]): unknown {
      const wanted: unknown = args[0];
      const mediaTypes =
        typeof wanted === 'object' && wanted !== null ? ['audio', 'video'].filter((kind) => Reflect.get(wanted, kind)) : [];
      return askFirst(permission, { mediaTypes }).then((): unknown => Reflect.apply(original, this, args));
    });
  }
  guard(navigator.mediaDevices, 'getUserMedia', 'media');
  guard(navigator.mediaDevices, 'getDisplayMedia', 'display-capture');
  guard(navigator.geolocation, 'getCurrentPosition', 'geolocation');
  guard(navigator.geolocation, 'watchPosition', 'geolocation');
  guard(navigator.clipboard, 'readText', 'clipboard-read');
  guard(navigator.clipboard, 'read', 'clipboard-read');
  guard(Reflect.get(window, 'Notification'), 'requestPermission', 'notifications');
  guard(navigator, 'requestMIDIAccess', 'midi');
  // The view never fills the screen here, as in Electron when the app denies it (`WebContents::OnEnterFullscreenModeForTab`)
  Reflect.set(Element.prototype, 'requestFullscreen', () =>
    askFirst('fullscreen', { mediaTypes: [] }).then(() => new Promise<void>(() => undefined)),
  );
}

/** The isolated world: `ipcRenderer` and `contextBridge` for the preload, whose text is run last. */
function runInPreloadWorld(
  link: WorldLink,
  codec: Codec,
  names: { binding: string; deliver: string },
  process: object,
  preload: (require: (name: string) => unknown, module: { exports: unknown }, exports: unknown, process: object) => void,
): void {
  type Listener = (event: object, ...args: unknown[]) => void;
  const listeners = new Map<string, { listener: Listener; run: Listener }[]>();
  const pending = new Map<number, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>();
  let next = 1;

  function post(message: object): void {
    const native: unknown = Reflect.get(globalThis, names.binding);
    if (typeof native === 'function') Reflect.apply(native, undefined, [codec.encode(message)]);
  }
  function request(message: object): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const id = next++;
      pending.set(id, { resolve, reject });
      try {
        post({ ...message, id });
      } catch (error) {
        pending.delete(id);
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }
  function deliver(text: unknown): void {
    const message = codec.decode(String(text));
    if (typeof message !== 'object' || message === null) return;
    if ('id' in message) {
      const waiting = pending.get(Number(message.id));
      pending.delete(Number(message.id));
      if ('error' in message) waiting?.reject(message.error);
      else if ('value' in message) waiting?.resolve(message.value);
      return;
    }
    if (!('channel' in message) || !('args' in message) || !Array.isArray(message.args)) return;
    const args: unknown[] = message.args;
    for (const { run } of [...(listeners.get(String(message.channel)) ?? [])]) run({ sender: ipcRenderer, ports: [] }, ...args);
  }
  Reflect.set(globalThis, names.deliver, deliver);

  function add(channel: string, listener: Listener, run: Listener): object {
    listeners.set(channel, [...(listeners.get(channel) ?? []), { listener, run }]);
    return ipcRenderer;
  }
  function remove(channel: string, listener: Listener): object {
    const list = listeners.get(channel) ?? [];
    listeners.set(
      channel,
      list.filter((entry) => entry.listener !== listener),
    );
    return ipcRenderer;
  }
  const ipcRenderer = {
    invoke: (channel: string, ...args: unknown[]) => request({ kind: 'invoke', channel, args }),
    send: (channel: string, ...args: unknown[]) => post({ kind: 'send', channel, args }),
    on: (channel: string, listener: Listener) => add(channel, listener, listener),
    addListener: (channel: string, listener: Listener) => add(channel, listener, listener),
    once: (channel: string, listener: Listener) =>
      add(channel, listener, (event, ...args) => {
        remove(channel, listener);
        listener(event, ...args);
      }),
    off: remove,
    removeListener: remove,
    removeAllListeners: (channel: string) => {
      listeners.delete(channel);
      return ipcRenderer;
    },
  };
  const contextBridge = { exposeInMainWorld: (name: string, api: unknown) => link.post({ kind: 'expose', name, api }) };
  link.post({ kind: 'permissions', ask: (permission: unknown, details: unknown) => request({ kind: 'permission', permission, details }) });

  // Keys that could be commands, for `before-input-event`; what a person types stays in the page
  window.addEventListener(
    'keydown',
    (event) => {
      const { isTrusted, key, code, shiftKey: shift, ctrlKey: control, altKey: alt, metaKey: meta, repeat: isAutoRepeat } = event;
      // On a display it would go to Chromium's own toolbar, which Electron does not have
      if (key === 'F6') event.preventDefault();
      if (!isTrusted || (key.length === 1 && !control && !alt && !meta)) return;
      post({ kind: 'input', input: { type: 'keyDown', key, code, shift, control, alt, meta, isAutoRepeat } });
    },
    true,
  );

  const require = (name: string): unknown => {
    if (name === 'electron' || name === 'electron/renderer') return { contextBridge, ipcRenderer };
    throw new Error(`module not found: ${name}`);
  };
  const module = { exports: {} };
  preload(require, module, module.exports, process);
}

/** Bundlers that keep function names call this helper; in a page there is none. */
const preamble = 'const __name = (value) => value; if (window !== window.top) return;';

/** The script of the page's own world. `key` is the secret of the link. */
export function pageScript(key: string): string {
  return `(() => { ${preamble}
const codec = (${String(createCodec)})();
(${String(runInPage)})((${String(createLink)})(codec, ${JSON.stringify(`${key}<`)}, ${JSON.stringify(`${key}>`)}));
})();`;
}

/** The script of the isolated world, with the text of the app's preload (or none). */
export function preloadScript(key: string, preload: { text: string; file: string } | null): string {
  const names = { binding: bindingName, deliver: deliverName };
  const process = {
    platform: globalThis.process.platform,
    sandboxed: true,
    contextIsolated: true,
    type: 'renderer',
    env: {},
    versions: globalThis.process.versions,
  };
  return `(() => { ${preamble}
const codec = (${String(createCodec)})();
const link = (${String(createLink)})(codec, ${JSON.stringify(`${key}>`)}, ${JSON.stringify(`${key}<`)});
(${String(runInPreloadWorld)})(link, codec, ${JSON.stringify(names)}, ${JSON.stringify(process)}, (require, module, exports, process) => {
${preload?.text ?? ''}
});
})();
//# sourceURL=${preload?.file ?? 'electron-double-preload.js'}`;
}
