import { switchesLanguage } from './languages.ts';
import type { Visit } from './site.ts';

/** What one page shows once: why the last attempt failed, for example. Somebody who then chooses another language sees it again. */
export class ShownOnce<T> {
  #next: T | null = null;
  #shown: T | null = null;

  put(value: T): void {
    this.#next = value;
  }

  /** What this page shows, or null. */
  take(visit: Visit): T | null {
    if (this.#next === null && switchesLanguage(visit)) return this.#shown;
    this.#shown = this.#next;
    this.#next = null;
    return this.#shown;
  }
}
