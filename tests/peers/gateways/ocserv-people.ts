import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScureBase32Plugin } from 'otplib';
import { codeAt } from '../../../campus/factors/totp.ts';

/** A person who may sign in to a test gateway. */
export interface LabUser {
  readonly name: string;
  readonly password: string;
  /** For one-time codes, base32. */
  readonly key: string;
  readonly groups: readonly string[];
}

export interface NewUser {
  name: string;
  password?: string;
  groups?: readonly string[];
}

/** The files from which ocserv reads its users. */
export class LabPeople {
  readonly passwords: string;
  readonly codes: string;
  private readonly users = new Map<string, LabUser>();

  constructor(directory: string) {
    this.passwords = join(directory, 'passwd');
    this.codes = join(directory, 'codes');
    writeFileSync(this.passwords, '');
    writeFileSync(this.codes, '');
  }

  /** Adds a user, or changes their password and key. */
  add({ name, password = `secret of ${name}`, groups = [] }: NewUser): LabUser {
    const bytes = randomBytes(20);
    const user = { name, password, groups, key: new ScureBase32Plugin().encode(bytes) };
    const args = ['-c', this.passwords, ...(groups.length > 0 ? ['-g', groups.join(',')] : []), name];
    execFileSync('ocpasswd', args, { input: `${password}\n${password}\n`, stdio: ['pipe', 'ignore', 'ignore'] });
    appendFileSync(this.codes, `HOTP/T30/6\t${name}\t-\t${bytes.toString('hex')}\n`);
    this.users.set(name, user);
    return user;
  }

  get(name: string): LabUser {
    const user = this.users.get(name);
    if (!user) throw new Error(`nobody is called ${name}`);
    return user;
  }

  /** The code that their phone shows now. The gateway accepts each code only once. */
  codeFor(name: string): string {
    return codeAt(this.get(name).key, Date.now());
  }
}
