import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const timeoutMs = 3_000;
const lines = 100;

/** The last lines of the service's log, or why they cannot be read. */
export type HelperLog = { kind: 'lines'; lines: string[] } | { kind: 'unreadable'; why: string };

/**
 * Reads the log of the service for system tunnels. On Linux it is in the system's journal, which not every person may read.
 * On macOS and Windows the service keeps none.
 */
export async function helperLog(platform: NodeJS.Platform = process.platform): Promise<HelperLog> {
  if (platform !== 'linux') return { kind: 'unreadable', why: 'the service keeps no log on this system' };
  const journal = ['--unit=causeway-helper.service', `--lines=${lines}`, '--no-pager', '--quiet', '--output=short-iso', '--utc'];
  try {
    const { stdout } = await promisify(execFile)('journalctl', journal, {
      timeout: timeoutMs,
      maxBuffer: 1024 * 1024,
      killSignal: 'SIGKILL',
    });
    return { kind: 'lines', lines: stdout.split('\n').filter(Boolean) };
  } catch (error) {
    const why =
      error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'this system has no journal' : 'the journal did not answer';
    return { kind: 'unreadable', why };
  }
}
