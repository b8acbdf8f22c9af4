import * as z from 'zod';

/** What a watcher tries: our proxy, ocproxy's port, or the gateway's own address, past every tunnel. */
export const watchedWaySchema = z.union([
  z.object({ causeway: z.object({ port: z.number(), user: z.string(), secret: z.string() }) }),
  z.object({ ocproxy: z.number() }),
  z.object({ network: z.string() }),
]);
export type WatchedWay = z.infer<typeof watchedWaySchema>;
