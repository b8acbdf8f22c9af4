/** What stands in Electron's place in the command line: nothing. */
export default {};
