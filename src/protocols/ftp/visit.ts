import type { CharsetName } from '../../base/charset.ts';
import type { Reply } from '../../wire/ftp/reply.ts';
import type { PassiveListener } from './data/passive.ts';
import type { Ends } from './proxies.ts';
import type { Room } from './room.ts';
import type { Phase, PhaseKind, State } from './state.ts';
import type { Task } from './task.ts';
import type { Transfer } from './transfers/transfer.ts';

/** What is around all commands of one control connection. */
export interface Desk extends Room, Ends {
  /** Aborted when the control connection is gone: nobody waits for a reply any more. */
  readonly signal: AbortSignal;
  /** How clients write names where this one comes from; undefined: in UTF-8, as they should. */
  readonly charset: CharsetName | undefined;
  /** Opens a port for one data connection. @throws Error if none is free */
  listen(): Promise<PassiveListener>;
  /** Gets ready for TLS on this control connection. @throws Error what is wrong with the certificate */
  prepareTls(): Promise<void>;
  /** The name of the host that the client asked for in TLS, if it did. */
  serverName(): string | undefined;
  /** How far the running transfer or task is, for STAT; undefined when none runs. */
  progress(): string | undefined;
}

/** What a handler knows: the phase, narrowed to those its row needs, all the rest, and the desk. */
export interface Visit<K extends PhaseKind = PhaseKind> {
  readonly phase: Extract<Phase, { readonly kind: K }>;
  readonly state: State;
  readonly desk: Desk;
}

export type Inside = Visit<'inside'>;

/**
 * What a handler decides: a reply, or a transfer or a task that ends in one; and what is known from
 * now on.
 */
export type Outcome =
  | {
      readonly reply: Reply;
      readonly next?: Partial<State>;
      /** The control connection is closed behind the reply. */
      readonly close?: true;
      /** Behind the reply TLS begins on the control connection, or ends. */
      readonly wire?: 'secure' | 'clear';
    }
  | { readonly transfer: Transfer; readonly next?: Partial<State> }
  | { readonly task: Task; readonly next?: Partial<State> };
