/** What a person at the terminal has to do something about: told by its sentence alone. */
export class PlainError extends Error {}

/** Runs a command to its end. What it fails of is told, and the exit code is 1. */
export async function telling(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    console.error(error instanceof PlainError ? error.message : error);
    process.exitCode = 1;
  }
}
