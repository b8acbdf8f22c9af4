import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

/** One thing that the screen reader gave its synthesizer. */
export interface Utterance {
  text: string;
  /** Whether it was spoken to its end, and not interrupted. */
  isWhole: boolean;
}

/** Orca, Debian's screen reader, on a desktop of its own, with a keyboard. */
export interface ScreenReader {
  /** The environment of the programs that it reads. */
  readonly env: Record<string, string>;
  /** All that it has said so far. */
  said(): Utterance[];
  /** Presses a key of the keyboard, by X's name for it: `Tab`, `Return`, `F6`. Orca hears it as well as the program in front. */
  press(key: string): Promise<void>;
  /** Types a text on the keyboard. */
  type(text: string): Promise<void>;
  close(): Promise<void>;
}

/** About 600 words a minute, faster than people listen: what is cut off at this rate is cut off for everybody. */
const secondsPerCharacter = 0.02;

/** A bus that starts no services: no keychain and no portal of this computer gets into the test. */
const busConfig = (folder: string): string => `<busconfig>
  <type>session</type>
  <listen>unix:path=${folder}/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`;

/**
 * The synthesizer: a program of Speech Dispatcher's `generic` module. It takes as long as speech takes, then writes down what it
 * said. When Orca interrupts it, the module ends its process group, and it writes down that this was cut off.
 */
const synthesizer = (folder: string): string => `trap 'printf "cut %s\\n" "$1" >> ${folder}/speech; exit' TERM INT
sleep "$(awk -v n=\${#1} 'BEGIN { print n * ${secondsPerCharacter} }')" & wait
printf 'all %s\\n' "$1" >> ${folder}/speech
`;
const speechModule = (folder: string): string => `GenericExecuteSynth "sh ${folder}/synthesizer '$DATA'"
# Whole utterances, not sentence by sentence
GenericMaxChunkLength 4000
GenericDelimiters "~"
AddVoice "en" "MALE1" "en"
GenericLanguage "en" "en" "utf-8"
`;
const speechDispatcher = `AddModule "writer" "sd_generic" "writer.conf"
DefaultModule writer
DefaultLanguage "en"
AudioOutputMethod "alsa"
Timeout 0
`;
/** Speech Dispatcher does not start without a sound card, so it gets one that swallows everything. */
const soundCard = 'pcm.!default { type null }\nctl.!default { type null }\n';
/** Orca reads the window that the window manager says is in front. Without title bars, windows are where they are put. */
const windowManager = `<openbox_config xmlns="http://openbox.org/3.4/rc">
  <focus><focusNew>no</focusNew></focus>
  <applications><application class="*"><decor>no</decor></application></applications>
</openbox_config>
`;

/** Starts Orca, and resolves once it has said that it is on. Needs Debian's packages in `build/system.ts`. */
export async function startScreenReader(): Promise<ScreenReader> {
  const folder = await mkdtemp(path.join(tmpdir(), 'causeway-orca-'));
  const at = (name: string): string => path.join(folder, name);
  for (const name of ['run', 'speechd/modules', 'config', 'data', 'cache']) await mkdir(at(name), { recursive: true, mode: 0o700 });
  await writeFile(at('bus.conf'), busConfig(folder));
  await writeFile(at('synthesizer'), synthesizer(folder));
  await writeFile(at('speechd/speechd.conf'), speechDispatcher);
  await writeFile(at('speechd/modules/writer.conf'), speechModule(folder));
  await writeFile(at('openbox.xml'), windowManager);
  await writeFile(at('.asoundrc'), soundCard);
  await writeFile(at('speech'), '');
  const env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    LC_ALL: 'C.UTF-8',
    HOME: folder,
    XDG_RUNTIME_DIR: at('run'),
    XDG_CONFIG_HOME: at('config'),
    XDG_DATA_HOME: at('data'),
    XDG_CACHE_HOME: at('cache'),
    DBUS_SESSION_BUS_ADDRESS: `unix:path=${folder}/bus`,
    SPEECHD_ADDRESS: `unix_socket:${folder}/speechd.sock`,
    GSETTINGS_BACKEND: 'memory',
  };

  const started: ChildProcess[] = [];
  /** Starts a program that stays until the end, in a process group of its own. */
  const start = (program: string, ...args: string[]): ChildProcess => {
    const child = spawn(program, args, { env, detached: true, stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
    started.push(child);
    return child;
  };
  const until = async (what: string, isSo: () => boolean): Promise<void> => {
    const deadline = Date.now() + 60_000;
    while (!isSo()) {
      const ended = started.find(hasEnded);
      if (ended) throw new Error(`${ended.spawnargs.join(' ')} ended before ${what}`);
      if (Date.now() > deadline) throw new Error(`no ${what} after a minute`);
      await pause(50);
    }
  };
  const said = (): Utterance[] =>
    readFileSync(at('speech'), 'utf8')
      .split('\n')
      .filter((line) => /^(all|cut) /.test(line))
      .map((line) => ({ isWhole: line.startsWith('all '), text: line.slice(4).trim() }));
  const close = async (): Promise<void> => {
    for (const child of started.reverse()) await end(child);
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };

  try {
    env['DISPLAY'] = `:${await displayOf(start('Xvfb', '-displayfd', '3', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'))}`;
    start('dbus-daemon', '--nofork', '--nosyslog', `--config-file=${at('bus.conf')}`);
    await until('bus', () => existsSync(at('bus')));
    start('openbox', '--config-file', at('openbox.xml'));
    start('/usr/libexec/at-spi-bus-launcher', '--launch-immediately', '--screen-reader=1');
    const socket = at('speechd.sock');
    const dispatcher = ['--run-single', '--config-dir', at('speechd'), '--log-dir', folder, '--pid-file', at('speechd.pid')];
    start('speech-dispatcher', ...dispatcher, '--communication-method', 'unix_socket', '--socket-path', socket);
    await until('Speech Dispatcher', () => existsSync(socket));
    start('orca', '--replace');
    await until('Orca', () => said().some(({ text }) => text.startsWith('Screen reader on')));
  } catch (error) {
    await close();
    throw error;
  }
  const xdotool = async (...args: string[]): Promise<void> => {
    await promisify(execFile)('xdotool', args, { env });
  };
  return {
    env,
    said,
    press: (key) => xdotool('key', '--clearmodifiers', key),
    type: (text) => xdotool('type', '--delay', '30', text),
    close,
  };
}

/** The number of the display that an X server has chosen, which it writes to its file 3. */
async function displayOf(server: ChildProcess): Promise<string> {
  const output = server.stdio[3];
  if (!(output instanceof Readable)) throw new Error('no pipe to Xvfb');
  for await (const line of createInterface({ input: output })) return line;
  throw new Error('Xvfb did not start');
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

/** Ends a program and what it has started. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || hasEnded(child)) return;
  const gone = once(child, 'exit');
  process.kill(-child.pid, 'SIGKILL');
  await gone;
}
