import { exec } from '@vscode/sudo-prompt';

/** Runs a command as the administrator whose password the system's own dialog asks for. Resolves at its end; rejects where it was declined. */
export function elevate(command: string): Promise<void> {
  return new Promise((resolve, reject) => {
    exec(command, { name: 'Causeway' }, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
