import type { Permission } from '../../../base/permission.ts';
import type { Soon } from '../../../storage/store.ts';
import type { Situation } from '../failures.ts';
import type { FtpOptions } from '../options.ts';
import { replies, reply } from '../replies.ts';
import type { Phase, PhaseKind, State } from '../state.ts';
import { policyOf } from '../tls/policy.ts';
import type { Desk, Outcome, Visit } from '../visit.ts';
import type { Grammar } from './grammar.ts';

/** The facts of one row of the verb table. */
export interface VerbFacts {
  /** In upper case. */
  readonly name: string;
  /** Other names for exactly the same. */
  readonly aliases?: readonly string[];
  /** One sentence for HELP and the documentation. */
  readonly help: string;
  /** The document and section that says what it does. */
  readonly rfc: string;
  /**
   * The codes of RFC 959 §5.4 that the handler gives, and those of the failures that it can meet.
   * What the other facts of the row imply is added to them.
   */
  readonly replies: readonly number[];
  /** What the account needs at least one of; the session checks again what is really done. */
  readonly permission?: Permission | readonly Permission[];
  /** What it does at once while a transfer runs, without argument; every other verb waits. */
  readonly duringTransfer?: 'aborts' | 'answers';
  /** The visitor leaves with it: that the connection then ends is no surprise. */
  readonly endsSession?: true;
  /** It uses up a data connection, the restart marker and what ALLO said. */
  readonly data?: true;
  /** It makes the restart marker void, which then belongs to another representation. */
  readonly clearsRestart?: true;
  /** Its argument names something new: refusals of that name are 553. */
  readonly naming?: true;
  /** Its argument is nobody's business: never logged. */
  readonly secret?: true;
  /** The rows of what its first word chooses. */
  readonly subcommands?: readonly Verb[];
  /** The line for FEAT, without the space before it. */
  readonly feat?: string | ((state: State, options: FtpOptions) => string | undefined);
}

/** A row as the table holds it: the facts, and one way in that hides the types of the argument. */
export interface Verb extends VerbFacts {
  readonly needs: readonly PhaseKind[];
  /** How its argument is read; undefined for one that is refused whatever it says. */
  readonly grammar?: Grammar<unknown>;
  /** The verb with its arguments, as in `REST <offset>`. */
  readonly syntax: string;
  /**
   * Every code that it can be answered with, in order, but for what can befall any line: 500 if it
   * is too long, 451 if the server fails, 421 if the connection has to end.
   */
  readonly replies: readonly number[];
  /** Why it is known and all the same not done. */
  readonly refusal?: string;
  readonly situation: Situation;
  /**
   * Checks phase, permission and argument, and does it.
   * @param text all that stood behind the verb and one space
   * @throws Failure whatever the session refuses
   */
  accept(state: State, desk: Desk, text: string): Soon<Outcome>;
}

interface Row<K extends PhaseKind, A> extends VerbFacts {
  /** The phases in which it may be said. */
  readonly needs: readonly K[];
  readonly grammar: Grammar<A>;
  readonly run: (visit: Visit<K>, argument: A) => Soon<Outcome>;
}

/** A row whose handler gets the phase narrowed to `needs` and the argument as its grammar reads it. */
export function verb<K extends PhaseKind, A>(row: Row<K, A>): Verb {
  const { needs, grammar, run, ...facts } = row;
  const syntax = `${facts.name} ${grammar.syntax}`.trimEnd();
  const accept = (state: State, desk: Desk, text: string): Soon<Outcome> => {
    const { phase } = state;
    if (!isPermitted(phase, row)) {
      return { reply: reply(550, 'You do not have the permission to do this') };
    }
    if (!isOneOf(phase, needs)) return { reply: outOfPhase(phase, needs) };
    const argument = grammar.parse(text, state);
    if (argument === undefined) return { reply: reply(501, `Syntax: ${syntax}`) };
    // Without a way to the data connection nothing is begun, so nothing has to be undone.
    const obstacle = facts.data ? noDataConnection(state, desk) : undefined;
    return obstacle ?? run({ phase, state, desk }, argument);
  };
  const replies = inOrder([...facts.replies, ...implied(row)]);
  return {
    ...facts,
    needs,
    grammar,
    syntax,
    replies,
    situation: facts.naming ? 'naming' : 'asking',
    accept,
  };
}

function noDataConnection(state: State, desk: Desk): Outcome | undefined {
  const mustProtect = policyOf(state, desk) === 'required';
  if (mustProtect && state.dataProtection === 'C') return { reply: replies.protectFirst };
  return state.plan.kind === 'none' ? { reply: replies.noPlan } : undefined;
}

/** What a transfer can come to, whichever it is (RFC 959 §5.4, RFC 4217 §10.2). */
const OF_TRANSFERS = [150, 226, 425, 426, 451, 521, 522];

/** The codes that the facts of a row make possible. */
function implied<K extends PhaseKind, A>({
  needs,
  grammar,
  permission,
  data,
}: Row<K, A>): number[] {
  const phases: readonly PhaseKind[] = needs;
  const isForAll = phases.includes('inside') && phases.includes('greeted');
  return [
    ...(data ? OF_TRANSFERS : []),
    ...(grammar.takesAnything ? [] : [501]),
    ...(permission === undefined ? [] : [550]),
    ...(isForAll ? [] : [phases.includes('inside') ? 530 : 503]),
  ];
}

function inOrder(codes: readonly number[]): number[] {
  return [...new Set(codes)].toSorted((one, other) => one - other);
}

interface Refusal {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly rfc: string;
  /** 502 for a verb that is known and not done, 504 for one parameter of a verb. */
  readonly code: 502 | 504;
  /** A sentence that says why not, and what to do instead. */
  readonly reason: string;
}

/** A row for what is refused on purpose. */
export function refused({ code, reason, ...names }: Refusal): Verb {
  return {
    ...names,
    needs: ['greeted', 'named', 'inside'],
    help: reason,
    syntax: names.name,
    replies: [code],
    refusal: reason,
    situation: 'asking',
    accept: () => ({ reply: reply(code, reason) }),
  };
}

/** True before a login, too: then there is nobody yet to have a permission. */
export function isPermitted(phase: Phase, row: Pick<VerbFacts, 'permission'>): boolean {
  const wanted = [row.permission ?? []].flat();
  if (phase.kind !== 'inside' || wanted.length === 0) return true;
  return wanted.some((permission) => phase.session.may(permission));
}

function isOneOf<K extends PhaseKind>(
  phase: Phase,
  needs: readonly K[],
): phase is Extract<Phase, { readonly kind: K }> {
  return (needs as readonly PhaseKind[]).includes(phase.kind);
}

function outOfPhase(phase: Phase, needs: readonly PhaseKind[]): ReturnType<typeof reply> {
  if (phase.kind === 'inside') return reply(503, 'You are logged in already; REIN starts afresh');
  if (needs.includes('inside')) return reply(530, 'Log in with USER and PASS first');
  return reply(503, 'Say USER first');
}
