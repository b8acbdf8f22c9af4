import { en } from '../../../shared/messages/en.ts';
import { chooseLanguage, type LanguageSetting, type SpokenLanguage } from '../../../shared/messages/languages.ts';
import { createLocalizer, loadLocalizer, type Localizer } from '../../../shared/messages/localizer.ts';

/**
 * The language of everything that the app says outside its page: tray, menus and notifications. English is in memory from the
 * start. Another language is loaded from its own file.
 */
export class AppLanguage {
  private current: Localizer = createLocalizer(en, chooseLanguage('en', []));
  /** The setting that is loaded or being loaded. */
  private wanted: LanguageSetting | null = null;
  private loading: Promise<void> = Promise.resolve();
  /** The setting whose language could not be loaded the last time. */
  private failed: LanguageSetting | null = null;
  private readonly listeners = new Set<() => void>();

  /** @param system the system's languages in order of preference, as BCP 47 tags */
  constructor(
    readonly system: readonly string[],
    private readonly log: (line: string) => void,
  ) {}

  /** The language to speak, known at once: that of the setting, before it is known that of the system. */
  get spoken(): SpokenLanguage {
    return chooseLanguage(this.wanted ?? 'system', this.system);
  }

  /** The languages to ask the campus's pages for, so that they speak as the column beside them: ours, then the system's. BCP 47. */
  get pageLanguages(): string[] {
    return [...new Set([this.spoken.dates, ...this.system])];
  }

  /** The language before, until the wanted one is loaded. */
  get localizer(): Localizer {
    return this.current;
  }

  /**
   * Speaks the language of this setting as soon as it is loaded. Never rejects: if it cannot be loaded, the one before stays,
   * and the next call tries again.
   */
  follow(setting: LanguageSetting): Promise<void> {
    if (setting === this.wanted && setting !== this.failed) return this.loading;
    const isRetry = setting === this.failed;
    this.failed = null;
    this.wanted = setting;
    this.loading = this.load(setting, isRetry);
    return this.loading;
  }

  private async load(setting: LanguageSetting, isRetry: boolean): Promise<void> {
    try {
      const loaded = await loadLocalizer(setting, this.system);
      // Another one was chosen in the meantime
      if (setting !== this.wanted) return;
      this.current = loaded;
      for (const listener of this.listeners) listener();
    } catch (thrown) {
      if (setting === this.wanted) this.failed = setting;
      // Every change of the state asks for it again
      if (!isRetry) this.log(`the language for “${setting}” cannot be loaded: ${String(thrown)}`);
    }
  }

  /** Calls back whenever another language is spoken. Returns a function that stops it. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
