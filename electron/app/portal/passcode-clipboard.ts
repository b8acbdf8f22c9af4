import type { DesktopPorts } from '../ports.ts';

const forgottenAfterMs = 60_000;

/** The recovery passcode on the clipboard: there for a minute at most, and not after the app. */
export class PasscodeClipboard {
  private copied: string | null = null;

  constructor(
    private readonly clipboard: DesktopPorts['clipboard'],
    private readonly background: (work: Promise<void>) => void,
  ) {}

  async copy(passcode: string): Promise<void> {
    this.copied = passcode;
    await this.clipboard.write(passcode);
    setTimeout(() => this.background(this.forget()), forgottenAfterMs).unref();
  }

  /** Takes the passcode off the clipboard if it is still there. */
  async forget(): Promise<void> {
    const passcode = this.copied;
    this.copied = null;
    if (passcode !== null && (await this.clipboard.read()) === passcode) await this.clipboard.write('');
  }
}
