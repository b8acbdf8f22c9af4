import * as z from 'zod';

/** The route that a watcher tries: our proxy, ocproxy's port, or the gateway's own address without a tunnel. */
export const watchedRouteSchema = z.union([
  z.object({ causeway: z.object({ port: z.number(), user: z.string(), secret: z.string() }) }),
  z.object({ ocproxy: z.number() }),
  z.object({ network: z.string() }),
]);
export type WatchedRoute = z.infer<typeof watchedRouteSchema>;
