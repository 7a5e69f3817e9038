import type { Checksum } from '../../base/digest.ts';
import type { Path } from '../../base/path.ts';
import type { ByteRange } from '../../base/range.ts';
import type { Session } from '../../session/session.ts';
import type { HostPort } from '../../wire/ftp/addresses.ts';
import type { Representation } from '../../wire/ftp/coding/coding.ts';
import { FACTS, type FactName } from '../../wire/ftp/facts.ts';
import type { PassiveListener } from './data/passive.ts';

/** How far the visitor has come. */
export type Phase =
  | { readonly kind: 'greeted' }
  | { readonly kind: 'named'; readonly name: string }
  | { readonly kind: 'inside'; readonly session: Session; readonly folder: Path };

export type PhaseKind = Phase['kind'];

/** Where the next data connection is to come from. Each transfer uses its plan up. */
export type DataPlan =
  | { readonly kind: 'none' }
  | { readonly kind: 'passive'; readonly listener: PassiveListener }
  | { readonly kind: 'active'; readonly target: HostPort };

/**
 * What protects the control connection: TLS that AUTH began, TLS from the first byte on (implicit),
 * or nothing; `cleared`: nothing any more, since CCC ended it.
 */
export type ControlProtection = 'clear' | 'explicit' | 'implicit' | 'cleared';

/** All that is known about one control connection; never changed, replaced whole. */
export interface State {
  readonly phase: Phase;
  /** The virtual host that HOST named; without, what the client asks for in TLS decides. */
  readonly host: string | undefined;
  readonly control: ControlProtection;
  /** PBSZ was said, which has to come before PROT (RFC 4217 §9). */
  readonly sizedBuffer: boolean;
  /** How data connections are protected: in the clear, or private (RFC 4217 §9). */
  readonly dataProtection: 'C' | 'P';
  /** Wrong passwords so far. */
  readonly loginFailures: number;
  readonly representation: Representation;
  /** What OPTS MODE Z LEVEL said, 0 to 9. */
  readonly deflateLevel: number | undefined;
  /** What REST said; 0 means nothing. */
  readonly restart: number;
  /** What RANG said; it or REST is said, not both. */
  readonly range: ByteRange | undefined;
  /** What ALLO said, in bytes. */
  readonly announced: number | undefined;
  readonly renameFrom: Path | undefined;
  /** What SITE CPFR named. */
  readonly copyFrom: Path | undefined;
  /** What SITE IDLE chose; undefined for what the server is set to. */
  readonly idleTimeoutMs: number | undefined;
  /** What SITE UMASK chose: the bits that new files and folders do not get. */
  readonly umask: number | undefined;
  readonly plan: DataPlan;
  /** EPSV ALL was said: no other way to a data connection from then on (RFC 2428 §4). */
  readonly extendedPassiveOnly: boolean;
  /** The facts that MLST and MLSD show. */
  readonly facts: readonly FactName[];
  /** The client has said that it writes names in UTF-8 (OPTS UTF8 ON). */
  readonly utf8: boolean;
  /** What HASH computes. */
  readonly algorithm: Checksum;
}

/** As it is before USER, and again after REIN. */
export const INITIAL: State = {
  phase: { kind: 'greeted' },
  host: undefined,
  control: 'clear',
  sizedBuffer: false,
  dataProtection: 'C',
  loginFailures: 0,
  representation: { type: 'A', structure: 'F', mode: 'S' },
  deflateLevel: undefined,
  restart: 0,
  range: undefined,
  announced: undefined,
  renameFrom: undefined,
  copyFrom: undefined,
  idleTimeoutMs: undefined,
  umask: undefined,
  plan: { kind: 'none' },
  extendedPassiveOnly: false,
  facts: FACTS,
  utf8: false,
  algorithm: 'sha-256',
};

/** The same where TLS was there from the first byte on: it protects everything, and stays. */
export const INITIAL_IMPLICIT: State = {
  ...INITIAL,
  control: 'implicit',
  sizedBuffer: true,
  dataProtection: 'P',
};

/** Ends a plan that no transfer used. */
export function closePlan(plan: DataPlan): void {
  if (plan.kind === 'passive') plan.listener[Symbol.dispose]();
}

/** The session of whoever is logged in. */
export function sessionOf({ phase }: State): Session | undefined {
  return phase.kind === 'inside' ? phase.session : undefined;
}
