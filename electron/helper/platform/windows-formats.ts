/** What Windows is told in words, and what it tells in them. Pure. */

/** Windows may call a person by a number of theirs (SID), by `DOMAIN\name`, by `name@domain` or, of this computer, by a name. */
export const userSid = /^S-1-(?:5-21|12-1)(?:-\d{1,10}){4}$/;
export const userName = /^(?:[^\p{Cc}"/\\[\]:;|=,+*?<>@]{1,64}\\)?[^\p{Cc}"/\\[\]:;|=,+*?<>@]{1,104}(?:@[A-Za-z0-9.-]{1,253})?$/u;
/** On a drive of this computer, with nothing that a command line or a script would take for something else. */
export const filePath = /^[A-Za-z]:\\[^\p{Cc}"%<>|?*/]{1,250}$/u;

/** One word of a command line, as Windows's programs take it apart. Throws where it cannot be one that is safe here. */
function quoted(word: string): string {
  // `Run` of the script host puts variables in, quoted or not
  if (/["%\p{Cc}]/u.test(word)) throw new Error(`not for a command line: ${word}`);
  return `"${word.replace(/(?<!\\)\\+$/, (end) => end + end)}"`;
}

/** The file that openconnect has the script host run: it starts these words, waits, and ends with their exit code. In ASCII alone. */
export function launcherScript(args: readonly string[]): string {
  const command = JSON.stringify(args.map(quoted).join(' ')).replace(
    /[^\x20-\x7e]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `WScript.Quit(new ActiveXObject("WScript.Shell").Run(${command}, 0, true));\r\n`;
}

const dotted = /^(?:\d{1,3}\.){3}\d{1,3}$/;

/**
 * The routes that lead through another computer, of what `route print -4` says: destination, mask, gateway. Those of an
 * interface's own (whose gateway is a word of the system's language) go and come with it. Every language has these columns.
 */
export function routesIn(printed: string): string[] {
  return printed.split(/\r?\n/).flatMap((line) => {
    const columns = line.trim().split(/\s+/);
    const [destination = '', mask = '', gateway = '', through = '', metric = ''] = columns;
    const isRoute =
      columns.length === 5 && [destination, mask, gateway, through].every((each) => dotted.test(each)) && /^\d+$/.test(metric);
    return isRoute ? [`${destination} ${mask} ${gateway}`] : [];
  });
}

/** How `route` is told of one. */
export function routeArguments(verb: 'add' | 'del', route: string): string[] {
  const [destination = '', mask = '', gateway = ''] = route.split(' ');
  if (![destination, mask, gateway].every((each) => dotted.test(each))) throw new Error(`no route: ${route}`);
  return [verb === 'add' ? 'add' : 'delete', destination, 'mask', mask, gateway];
}
