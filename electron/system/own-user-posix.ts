/** The current user's number on Linux and macOS. Null on Windows, where users have no numbers. */
export const ownUid = (): number | null => process.getuid?.() ?? null;
