import { contextBridge, ipcRenderer } from 'electron';
import { callChannel, callNames, eventChannel, eventNames, type Bridge } from '../shared/bridge.ts';

/**
 * The bridge as the window's page sees it: the calls and events of `shared/bridge.ts`, by name, and nothing
 * else of Electron. It runs sandboxed, in an isolated world. The main process parses everything that passes
 * through and trusts nothing that comes from here.
 */
const causeway: Bridge = {
  call: (name, input) =>
    callNames.includes(name) ? ipcRenderer.invoke(callChannel(name), input) : Promise.reject(new TypeError('There is no such call.')),

  on: (name, listener) => {
    if (!eventNames.includes(name)) throw new TypeError('There is no such event.');
    // Only the payload goes to the page: Electron's event would expose the sender
    const forward = (_event: unknown, payload: unknown): void => listener(payload);
    ipcRenderer.on(eventChannel(name), forward);
    return () => {
      ipcRenderer.removeListener(eventChannel(name), forward);
    };
  },
};

contextBridge.exposeInMainWorld('causeway', causeway);
