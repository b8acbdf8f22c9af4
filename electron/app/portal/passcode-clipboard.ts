import type { DesktopPorts } from '../ports.ts';

const clearAfterMs = 60_000;

/** Copies the recovery passcode to the clipboard, and removes it after a minute or when the app quits. */
export class PasscodeClipboard {
  private copied: string | null = null;

  constructor(
    private readonly clipboard: DesktopPorts['clipboard'],
    private readonly background: (work: Promise<void>) => void,
  ) {}

  async copy(passcode: string): Promise<void> {
    this.copied = passcode;
    await this.clipboard.write(passcode);
    setTimeout(() => this.background(this.forget()), clearAfterMs).unref();
  }

  /** Clears the clipboard if the passcode is still on it. */
  async forget(): Promise<void> {
    const passcode = this.copied;
    this.copied = null;
    if (passcode !== null && (await this.clipboard.read()) === passcode) await this.clipboard.write('');
  }
}
