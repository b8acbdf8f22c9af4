import { spawn } from 'node:child_process';
import { platform } from './platform/current.ts';

/** The script's variables. */
export type ScriptEnvironment = Readonly<Record<string, string>>;

const timeoutMs = 30_000;

/** Many values come from the gateway and go to a shell script that runs as root, so only values of the expected shape are passed on. */
const address = /^[0-9a-fA-F.:]{1,45}(\/\d{1,3})?$/;
const shapes: readonly (readonly [RegExp, RegExp])[] = [
  [/^reason$/, /^(pre-init|connect|attempt-reconnect|reconnect|disconnect)$/],
  [/^TUNDEV$/, /^[A-Za-z0-9._-]{1,15}$/],
  [/^(VPNPID|IDLE_TIMEOUT|LOG_LEVEL|TUNIDX)$/, /^\d{1,10}$/],
  [/^VPNGATEWAY$/, address],
  [/^INTERNAL_IP[46]_(ADDRESS|NETMASK|NETADDR)$/, address],
  [/^INTERNAL_IP[46]_(MTU|NETMASKLEN)$/, /^\d{1,5}$/],
  [/^INTERNAL_IP[46]_(DNS|NBNS)$/, /^[0-9a-fA-F.: ]{1,400}$/],
  [/^(CISCO_DEF_DOMAIN|CISCO_SPLIT_DNS)$/, /^[A-Za-z0-9._, -]{1,2000}$/],
  [/^CISCO_(IPV6_)?SPLIT_(INC|EXC)$/, /^\d{1,4}$/],
  [/^CISCO_(IPV6_)?SPLIT_(INC|EXC)_\d{1,4}_(ADDR|MASK)$/, address],
  [/^CISCO_(IPV6_)?SPLIT_(INC|EXC)_\d{1,4}_(MASKLEN|PROTOCOL|SPORT|DPORT)$/, /^\d{1,5}$/],
];

/** The part of an environment that the script may see. */
export function scriptEnvironment(environment: NodeJS.ProcessEnv): ScriptEnvironment {
  const allowed: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment))
    if (value !== undefined && shapes.some(([names, values]) => names.test(name) && values.test(value))) allowed[name] = value;
  return allowed;
}

/** Runs the platform's script, within a time limit. Resolves with its exit code; never rejects. */
export async function runVpncScript(path: string, variables: ScriptEnvironment, log: (line: string) => void): Promise<number> {
  const { command, args, environment, folder } = await platform.vpncScript(path);
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      env: { ...variables, ...environment },
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      shell: false,
      windowsHide: true,
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    let output = '';
    child.stderr.on('data', (bytes: Buffer) => (output = (output + bytes.toString('latin1')).slice(-1_000)));
    const settle = (code: number): void => {
      clearTimeout(timer);
      if (code !== 0) log(`vpnc-script ${variables['reason'] ?? ''}: ${code} ${output.trim()}`);
      resolve(code);
    };
    child.once('error', () => settle(127));
    child.once('close', (code) => settle(code ?? 128));
  });
}
