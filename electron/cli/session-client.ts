import type { AccessState } from '../../shared/access-state.ts';
import type { AppNotice, ProfileSummary } from '../../shared/app-state.ts';
import type { Failure } from '../../shared/failure.ts';
import type { Profile } from '../../shared/profile.ts';
import type { Answer, Prompt } from '../../shared/prompt.ts';
import type { ControlHolder } from '../app/control/control-protocol.ts';

/** How another program reaches campus through us. The secret is of this run. */
export interface ProxyEndpoint {
  port: number;
  user: string;
  secret: string;
}

/** Whoever holds the access session: this process, or the app through its private socket. What a command does is the same. */
export interface SessionClient {
  readonly holder: ControlHolder | 'here';
  readonly access: AccessState;
  readonly profiles: readonly ProfileSummary[];
  /** What is to be told and ends nothing. */
  readonly notices: readonly AppNotice[];
  onAccess(listener: (access: AccessState) => void): () => void;
  onNotice(listener: (failure: Failure) => void): () => void;
  /** Settles when the session is lost: the app was quit. */
  readonly lost: Promise<void>;
  /** @param typed by a person at this terminal: a kept password goes in by itself then */
  connect(profile: Profile, typed: boolean): Promise<void>;
  /** @param typed by a person at this terminal */
  answer(prompt: { id: string; prompt: Prompt }, answer: Answer, typed: boolean): Promise<void>;
  disconnect(): Promise<void>;
  /** Opens the portal in a window: null. Otherwise its address. */
  openPortal(): Promise<string | null>;
  openProxy(port: number): Promise<ProxyEndpoint>;
  /** Lets go; a session of the app goes on. Bounded. */
  close(): Promise<void>;
}
