import type { en } from './en.ts';
import type { commandLine } from './en/command-line.ts';

/**
 * Every sentence of Causeway in one language. English gives the shape: a catalogue that lacks a sentence
 * does not compile.
 */
export type Messages = typeof en;

/** What the command line says besides, in one language. */
export type CommandLineMessages = typeof commandLine;
