/** The number of whoever runs this process, on Linux and macOS; null where people have no numbers (Windows). */
export const ownUid = (): number | null => process.getuid?.() ?? null;
