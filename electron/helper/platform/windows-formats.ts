/** Text formats that Windows takes and prints. Pure. */

/** Windows names a user by SID, by `DOMAIN\name`, by `name@domain` or, for users of this computer, by name. */
export const userSid = /^S-1-(?:5-21|12-1)(?:-\d{1,10}){4}$/;
export const userName = /^(?:[^\p{Cc}"/\\[\]:;|=,+*?<>@]{1,64}\\)?[^\p{Cc}"/\\[\]:;|=,+*?<>@]{1,104}(?:@[A-Za-z0-9.-]{1,253})?$/u;
/** A path on a drive of this computer, without characters that are special on a command line or in a script. */
export const filePath = /^[A-Za-z]:\\[^\p{Cc}"%<>|?*/]{1,250}$/u;

/** One word of a command line, as Windows's programs take it apart. Throws where it cannot be one that is safe here. */
function quoted(word: string): string {
  // The script host's `Run` expands variables even inside quotes
  if (/["%\p{Cc}]/u.test(word)) throw new Error(`cannot be passed on a command line: ${word}`);
  return `"${word.replace(/(?<!\\)\\+$/, (end) => end + end)}"`;
}

/** A script for the script host that runs this command, waits, and exits with its exit code. Pure ASCII. */
export function launcherScript(args: readonly string[]): string {
  const command = JSON.stringify(args.map(quoted).join(' ')).replace(
    /[^\x20-\x7e]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `WScript.Quit(new ActiveXObject("WScript.Shell").Run(${command}, 0, true));\r\n`;
}

const dotted = /^(?:\d{1,3}\.){3}\d{1,3}$/;

/**
 * Reads the routes through another computer from `route print -4`: destination, mask, gateway. Routes of an interface itself
 * come and go with it; their gateway is a word in the system's language. The columns are the same in every language.
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

/** The arguments of `route` for one route. */
export function routeArguments(verb: 'add' | 'del', route: string): string[] {
  const [destination = '', mask = '', gateway = ''] = route.split(' ');
  if (![destination, mask, gateway].every((each) => dotted.test(each))) throw new Error(`not a route: ${route}`);
  return [verb === 'add' ? 'add' : 'delete', destination, 'mask', mask, gateway];
}
