/** An error that the person at the terminal can fix: only its message is shown. */
export class PlainError extends Error {}

/** Runs a command to its end. If it fails, prints the error and sets exit code 1. */
export async function reportingErrors(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    console.error(error instanceof PlainError ? error.message : error);
    process.exitCode = 1;
  }
}
