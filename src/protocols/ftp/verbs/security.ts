import type { Reply } from '../../../wire/ftp/reply.ts';
import { logFailure } from '../failures.ts';
import { reply } from '../replies.ts';
import { INITIAL, type State } from '../state.ts';
import { policyOf } from '../tls/policy.ts';
import type { Outcome, Visit } from '../visit.ts';
import { nothing, something } from './grammar.ts';
import { refused, verb, type VerbFacts } from './verb.ts';

const ALWAYS = ['greeted', 'named', 'inside'] as const;

/** All of them mean TLS on the control connection alone; PROT is for the data (RFC 4217 §4). */
const MECHANISMS: ReadonlySet<string> = new Set(['TLS', 'TLS-C', 'SSL']);

const PROTECTIONS = {
  C: 'Data connections are in the clear from now on',
  P: 'Data connections are encrypted from now on',
} as const;

/** Encryption of the control connection and of data connections. */
export const SECURITY = [
  verb({
    name: 'AUTH',
    needs: ALWAYS,
    grammar: something('TLS'),
    help: 'Encrypt this control connection; whoever was logged in has to log in again',
    rfc: 'RFC 4217 §4',
    replies: [234, 431, 502, 503, 504],
    feat: whereEncrypted('AUTH TLS'),
    clearsRestart: true,
    run: begin,
  }),
  verb({
    name: 'PBSZ',
    needs: ALWAYS,
    grammar: something('0'),
    help: 'Has to come before PROT; TLS needs no other buffer size than 0',
    rfc: 'RFC 4217 §9',
    replies: [200, 503],
    feat: whereEncrypted('PBSZ'),
    run: ({ state }, text) => {
      const refusal = inTheClear(state);
      if (refusal) return { reply: refusal };
      if (!/^\d{1,10}$/.test(text.trim())) return { reply: reply(501, 'Syntax: PBSZ 0') };
      // The answer to any other size is the one that we want (RFC 2228 §3).
      return { reply: reply(200, 'PBSZ=0'), next: { sizedBuffer: true } };
    },
  }),
  verb({
    name: 'PROT',
    needs: ALWAYS,
    grammar: something('C|P'),
    help: 'Choose whether data connections are in the clear (C) or encrypted (P)',
    rfc: 'RFC 4217 §9',
    replies: [200, 503, 504, 534, 536],
    feat: whereEncrypted('PROT'),
    run: (visit, level) => protect(visit, level.trim().toUpperCase()),
  }),
  verb({
    name: 'CCC',
    needs: ALWAYS,
    grammar: nothing,
    help: 'End the encryption of the control connection, where the server allows it',
    rfc: 'RFC 4217 §5',
    replies: [200, 503, 530, 534],
    feat: (_state, { tls }) => (tls?.allowsClear ? 'CCC' : undefined),
    run: ({ state, phase, desk }) => {
      if (!desk.encryption?.options.allowsClear) {
        return { reply: reply(534, 'Control connections stay encrypted here') };
      }
      const refusal = inTheClear(state);
      if (refusal) return { reply: refusal };
      if (phase.kind !== 'inside') return { reply: reply(530, 'Log in with USER and PASS first') };
      return {
        reply: reply(200, 'In the clear from now on'),
        next: { control: 'cleared' },
        wire: 'clear',
      };
    },
  }),
  refused({
    name: 'ADAT',
    aliases: ['MIC', 'CONF', 'ENC'],
    rfc: 'RFC 2228 §3',
    code: 502,
    reason: 'TLS needs none of this: AUTH TLS',
  }),
];

/** What was known in the clear may have come from anybody: it begins afresh (RFC 2228 §3). */
async function begin({ state, desk }: Visit, mechanism: string): Promise<Outcome> {
  if (desk.encryption === undefined) {
    return { reply: reply(502, 'This server does not encrypt connections') };
  }
  if (!MECHANISMS.has(mechanism.trim().toUpperCase())) {
    return { reply: reply(504, 'The mechanism is TLS') };
  }
  if (state.control === 'explicit' || state.control === 'implicit') {
    return { reply: reply(503, 'This connection is encrypted already') };
  }
  try {
    await desk.prepareTls();
  } catch (error) {
    logFailure(desk.log, 'TLS cannot begin', error);
    return { reply: reply(431, 'The certificate of the server cannot be used') };
  }
  return {
    reply: reply(234, 'TLS begins now'),
    next: { ...INITIAL, host: state.host, loginFailures: state.loginFailures, control: 'explicit' },
    wire: 'secure',
  };
}

function protect({ state, desk }: Visit, level: string): Outcome {
  const refusal = inTheClear(state);
  if (refusal) return { reply: refusal };
  if (!state.sizedBuffer) return { reply: reply(503, 'PBSZ 0 comes first') };
  if (level === 'S' || level === 'E') {
    return { reply: reply(536, 'With TLS there are C and P') };
  }
  if (level !== 'C' && level !== 'P') return { reply: reply(504, 'The levels are C and P') };
  if (level === 'C' && policyOf(state, desk) === 'required') {
    return { reply: reply(534, 'Data connections have to be encrypted here') };
  }
  return { reply: reply(200, PROTECTIONS[level]), next: { dataProtection: level } };
}

/** Without TLS on the control connection nothing is to be said about the data (RFC 4217 §9). */
function inTheClear({ control }: State): Reply | undefined {
  return control === 'clear' || control === 'cleared'
    ? reply(503, 'Encrypt this connection first: AUTH TLS')
    : undefined;
}

function whereEncrypted(line: string): NonNullable<VerbFacts['feat']> {
  return (_state, { tls }) => (tls === undefined ? undefined : line);
}
