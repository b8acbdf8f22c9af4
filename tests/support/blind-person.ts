import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import type { ScreenReader, Utterance } from './screen-reader.ts';

const hearMs = 60_000;
/** More presses of Tab than any screen has stops. */
const mostStops = 40;

/**
 * A person who works with the keyboard and hears what the screen reader says, and nothing else. Every expectation is about what
 * came after the last key, and was spoken to its end.
 */
export class BlindPerson {
  private readonly keys: { key: string; at: number }[] = [];
  /** Where in {@link heard} the last sentence that was waited for ends. */
  private from = 0;

  constructor(private readonly reader: ScreenReader) {}

  async press(key: string): Promise<void> {
    this.note(key);
    await this.reader.press(key);
  }

  /** Types a text. `secret`: it is not written into the transcript. */
  async type(text: string, { secret = false } = {}): Promise<void> {
    this.note(secret ? '(a password)' : `“${text}”`);
    await this.reader.type(text);
  }

  /** Waits until these sentences were said since the last key, in this order, each after the one that was waited for before. Resolves with them. */
  async hears(...sentences: readonly (string | RegExp)[]): Promise<string[]> {
    const heard: string[] = [];
    for (const sentence of sentences) heard.push(await this.hearsOne(sentence));
    return heard;
  }

  /** Waits until each of these was said since the last key, in any order. */
  async hearsInAnyOrder(...sentences: readonly (string | RegExp)[]): Promise<void> {
    for (const sentence of sentences) {
      this.from = 0;
      await this.hearsOne(sentence);
    }
  }

  /** Presses Tab until this element has the focus, then hears what the reader says of it. The page only says where the focus is. */
  async tabTo(page: Page, name: string | RegExp, ...sentences: readonly (string | RegExp)[]): Promise<void> {
    for (let stop = 0; stop < mostStops; stop++) {
      const before = await page.evaluateHandle(() => document.activeElement);
      await this.press('Tab');
      await page.waitForFunction((element) => document.activeElement !== element, before, { timeout: hearMs });
      const label = await page.evaluate(focusedLabel);
      if (typeof name === 'string' ? !label.includes(name) : !name.test(label)) continue;
      await this.hears(...sentences);
      return;
    }
    throw new Error(`Tab reaches no ${String(name)}`);
  }

  /** All keys and what was said after each. A line with ✂ was cut off. */
  transcript(): string {
    const said = this.reader.said();
    const lines = said.flatMap((utterance, index) => [...this.keysAt(index), line(utterance)]);
    return `${[...lines, ...this.keysAt(said.length)].join('\n')}\n`;
  }

  async writeTranscript(file: string): Promise<void> {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, this.transcript());
  }

  private keysAt(index: number): string[] {
    return this.keys.filter(({ at }) => at === index).map(({ key }) => `\n> ${key}`);
  }

  private note(key: string): void {
    this.keys.push({ key, at: this.reader.said().length });
    this.from = 0;
  }

  /** What was said to its end since the last key, as one text. */
  private heard(): string {
    const at = this.keys.at(-1)?.at ?? 0;
    const whole = this.reader
      .said()
      .slice(at)
      .filter(({ isWhole }) => isWhole);
    return whole
      .map(({ text }) => text)
      .join(' ')
      .replace(/\s+/g, ' ');
  }

  private find(sentence: string | RegExp): RegExpExecArray | null {
    const wanted = typeof sentence === 'string' ? new RegExp(sentence.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')) : sentence;
    const found = wanted.exec(this.heard().slice(this.from));
    if (found) this.from += found.index + found[0].length;
    return found;
  }

  private async hearsOne(sentence: string | RegExp): Promise<string> {
    const deadline = Date.now() + hearMs;
    while (Date.now() < deadline) {
      const found = this.find(sentence);
      if (found) return found[0];
      await pause(50);
    }
    const since = `after ${this.keys.at(-1)?.key ?? 'the start'}: ${this.heard()}`;
    throw new Error(`never said: ${String(sentence)}\n${since}\n\n${this.transcript()}`);
  }
}

const line = ({ isWhole, text }: Utterance): string => `  ${text}${isWhole ? '' : ' ✂'}`;

/** In the page: the words by which a person knows the element that has the focus. */
function focusedLabel(): string {
  const element = document.activeElement;
  if (!(element instanceof HTMLElement) || element === document.body) return '';
  const ids = element.getAttribute('aria-labelledby')?.split(' ') ?? [];
  const labels = [...ids.map((id) => document.getElementById(id)), ...(element instanceof HTMLInputElement ? (element.labels ?? []) : [])];
  return [element.getAttribute('aria-label'), ...labels.map((label) => label?.textContent), element.textContent].join(' ');
}
