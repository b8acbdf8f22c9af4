import type { en } from './en.ts';

/**
 * Every sentence of Causeway in one language. English gives the shape: a catalogue that lacks a sentence
 * does not compile.
 */
export type Messages = typeof en;
