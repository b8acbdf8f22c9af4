import type { en } from './en.ts';

/**
 * Every sentence of Causeway in one language. English gives the shape: a catalogue that lacks a sentence
 * does not compile.
 */
export type Words = typeof en;

/** The three sentences of one failure: a name for it, what happened, what the person can do. */
export interface FailureWords {
  readonly title: string;
  readonly happened: string;
  readonly todo: string;
}
