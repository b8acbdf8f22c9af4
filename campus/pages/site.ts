import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono } from 'hono';

/** The pages of one host name. */
export type Site = Hono<{ Bindings: HttpBindings }>;
/** One request, as a handler sees it. */
export type Visit = Context<{ Bindings: HttpBindings }>;
