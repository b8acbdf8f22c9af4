/** Replaces Electron in the command line's bundle with an empty module. */
export default {};
