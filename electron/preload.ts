import { contextBridge, ipcRenderer } from 'electron';
import { callChannel, callNames, eventChannel, eventNames, type Bridge } from '../shared/bridge.ts';

/**
 * The bridge as the window's page sees it: the calls and events of `shared/bridge.ts` by name, and nothing
 * else of Electron. Runs sandboxed, in a world of its own. What goes in and out is parsed by the main
 * process, which trusts nothing that comes from here.
 */
const causeway: Bridge = {
  call: (name, input) =>
    callNames.includes(name) ? ipcRenderer.invoke(callChannel(name), input) : Promise.reject(new TypeError('There is no such call.')),

  on: (name, listener) => {
    if (!eventNames.includes(name)) throw new TypeError('There is no such event.');
    // The page gets the payload only: Electron's event would hand it the sender
    const forward = (_event: unknown, payload: unknown): void => listener(payload);
    ipcRenderer.on(eventChannel(name), forward);
    return () => {
      ipcRenderer.removeListener(eventChannel(name), forward);
    };
  },
};

contextBridge.exposeInMainWorld('causeway', causeway);
