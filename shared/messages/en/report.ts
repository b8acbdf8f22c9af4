import { plural } from '../plural.ts';

/** Report a problem: the screen, the report itself, and the code to read aloud. */
export const report = {
  title: 'Report a problem',
  open: 'Report a problem',
  lead: 'This is the whole report, made on this computer. Nothing has been sent. Read it, then save or copy it for your help desk.',
  making: 'Making the report. Causeway checks your connection first.',
  skip: 'Make it without the check',
  code: 'Code to read to the help desk',
  text: 'The report, line by line',
  lines: plural('{count} lines', { one: 'One line' }),
  save: 'Save…',
  saved: 'Saved',
  copy: 'Copy',
  copied: 'Copied',
  again: 'Make it again',
  close: 'Close',
  replaced: 'Names, addresses and codes are replaced: person-1 is always the same person, address-1 the same address.',
  /** In the system's dialog. */
  saveTitle: 'Save the report',
  textFile: 'Text file',
  zipFile: 'Zip archive',
  /** The headings in the file. What is below them is technical, and always in English. */
  heading: 'Causeway: problem report',
  madeAt: 'Made at {time} on this computer. Nothing was sent.',
  readCode: 'Code to read to the help desk: {code}',
  sections: {
    summary: 'Summary',
    versions: 'Versions',
    profiles: 'Campus',
    policy: 'Policy of this computer',
    history: 'What happened last',
    check: 'Check of the connection',
    network: 'Network',
    notices: 'Notices',
    log: 'Log of the app',
    helperLog: 'Log of the service for system tunnels',
  },
  none: 'None.',
  notReadable: 'It cannot be read: {why}',
  notFinished: 'The check was not finished.',
};
