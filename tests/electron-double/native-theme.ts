import type { Protocol } from 'devtools-protocol';
import { NativeEmitter, liveContents } from './registry.ts';

/** How the desktop looks: what a person would change in its settings. */
export interface Look {
  dark: boolean;
  highContrast: boolean;
  reducedMotion: boolean;
}

/** Electron's `nativeTheme`. Pages see the same by their media queries. */
class NativeTheme extends NativeEmitter {
  readonly shouldUseInvertedColorScheme = false;
  readonly prefersReducedTransparency = false;
  readonly inForcedColorsMode = false;
  private source: 'system' | 'light' | 'dark' = 'system';
  private look: Look = { dark: false, highContrast: false, reducedMotion: false };

  get themeSource(): 'system' | 'light' | 'dark' {
    return this.source;
  }
  set themeSource(source: 'system' | 'light' | 'dark') {
    this.source = source;
    this.changed();
  }
  get shouldUseDarkColors(): boolean {
    return this.source === 'system' ? this.look.dark : this.source === 'dark';
  }
  get shouldUseDarkColorsForSystemIntegratedUI(): boolean {
    return this.look.dark;
  }
  get shouldUseHighContrastColors(): boolean {
    return this.look.highContrast;
  }

  /** The person changes the system's look. */
  change(look: Partial<Look>): void {
    this.look = { ...this.look, ...look };
    this.changed();
  }

  media(): Protocol.Emulation.SetEmulatedMediaRequest {
    return {
      features: [
        { name: 'prefers-color-scheme', value: this.shouldUseDarkColors ? 'dark' : 'light' },
        { name: 'prefers-contrast', value: this.look.highContrast ? 'more' : 'no-preference' },
        { name: 'prefers-reduced-motion', value: this.look.reducedMotion ? 'reduce' : 'no-preference' },
      ],
    };
  }

  private changed(): void {
    for (const contents of liveContents.values()) contents.themeChanged();
    this.emit('updated');
  }
}

export const nativeTheme = new NativeTheme();
