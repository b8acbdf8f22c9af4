import net from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

/**
 * Stands in for `fork` under Wine, where Node has no channel to Linux: the worker for libopenconnect as it is bundled, its
 * messages over a connection on loopback instead, JSON, one a line.
 */
const app = net.connect(Number(process.argv[2]), '127.0.0.1');
app.on('close', () => process.exit());
process.send = (message: unknown) => app.write(`${JSON.stringify(message)}\n`);
await import(pathToFileURL(join(import.meta.dirname, 'openconnect-worker.mjs')).href);
// Only now does somebody listen
createInterface({ input: app }).on('line', (line) => process.emit('message', JSON.parse(line), undefined));
