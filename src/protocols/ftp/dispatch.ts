import type { Log } from '../../base/log.ts';
import type { Soon } from '../../storage/store.ts';
import { logFailure, replyTo } from './failures.ts';
import { spelled } from './spelling.ts';
import { closePlan, type State } from './state.ts';
import type { Desk, Outcome } from './visit.ts';
import type { Verb } from './verbs/verb.ts';

/** Does what one command wants. Never throws and never rejects: a failure is a reply as well. */
export function dispatch(verb: Verb, state: State, desk: Desk, argument: string): Soon<Outcome> {
  const { text, isNoUtf8 } = spelled(argument, state, desk);
  try {
    const outcome = verb.accept(state, desk, text);
    if (!(outcome instanceof Promise)) return isNoUtf8 ? withoutUtf8(outcome) : outcome;
    const safe = outcome.catch((error: unknown) => refusal(error, verb, desk.log));
    return isNoUtf8 ? safe.then(withoutUtf8) : safe;
  } catch (error) {
    return refusal(error, verb, desk.log);
  }
}

/** What is known after a command: what its handler said, and what its row says is used up. */
export function stateAfter(verb: Verb, state: State, outcome: Outcome): State {
  // Most commands change nothing.
  if (outcome.next === undefined && !verb.data && !verb.clearsRestart) return state;
  const usedUp: Partial<State> = {
    ...((verb.data || verb.clearsRestart) && { restart: 0, range: undefined }),
    ...(verb.data && { announced: undefined, plan: { kind: 'none' } }),
  };
  const after = { ...state, ...usedUp, ...outcome.next };
  const isLeftOver = state.plan !== after.plan && !('transfer' in outcome);
  if (isLeftOver) closePlan(state.plan);
  return after;
}

function withoutUtf8(outcome: Outcome): Outcome {
  return { ...outcome, next: { ...outcome.next, utf8: false } };
}

function refusal(error: unknown, verb: Verb, log: Log): Outcome {
  logFailure(log, 'A command failed', error, { verb: verb.name });
  const reply = replyTo(error, verb.situation);
  return reply.code === 421 ? { reply, close: true } : { reply };
}
