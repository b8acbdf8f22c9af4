import * as z from 'zod/mini';
import { tasks } from './guide.ts';

export * from './guide.ts';

/** A task as it crosses the bridge or appears in a link. */
export const taskSchema = z.enum(tasks);
