/** What a worker needs of our environment; no proxy and no library that somebody named for another program. */
const kept = ['PATH', 'HOME', 'USER', 'LOGNAME', 'TMPDIR', 'TMP', 'TEMP', 'SystemRoot', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA'];

/** The environment of a worker: the C library's own language, so that what it logs can be told apart. */
export function workerEnvironment(): Record<string, string> {
  const own = kept.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(own), LC_ALL: 'C' };
}
