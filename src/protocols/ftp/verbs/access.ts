import { failed } from '../../../base/failure.ts';
import { parseHostName } from '../../../base/host-name.ts';
import { ROOT } from '../../../base/path.ts';
import { replies, reply } from '../replies.ts';
import { INITIAL, INITIAL_IMPLICIT } from '../state.ts';
import { policyOfServer } from '../tls/policy.ts';
import type { Outcome, Visit } from '../visit.ts';
import { anything, nothing, something } from './grammar.ts';
import { verb } from './verb.ts';

/** Coming in and leaving. */
export const ACCESS = [
  verb({
    name: 'HOST',
    needs: ['greeted', 'named'],
    grammar: something('<host name>'),
    help: 'Say which of the hosts of this server is meant, before USER',
    rfc: 'RFC 7151 §3',
    replies: [220, 502, 504],
    feat: (_state, { offersHosts }) => (offersHosts ? 'HOST' : undefined),
    run: chooseHost,
  }),
  verb({
    name: 'USER',
    needs: ['greeted', 'named'],
    grammar: something('<name>'),
    help: 'Say who you are; PASS follows',
    rfc: 'RFC 959 §4.1.1',
    replies: [331, 530],
    // The same for every name: whether an account exists is nobody's business (RFC 2577 §6), but
    // for those whose password must never be said in the clear.
    run: async (visit, text) => {
      const name = accountNamed(text, visit);
      if (await mustEncryptFirst(visit, name)) return { reply: replies.tlsFirst };
      if (isAnotherHost(visit, visit.state.host)) return { reply: reply(530, ANOTHER_HOST) };
      return { reply: reply(331, 'Now the password'), next: { phase: { kind: 'named', name } } };
    },
  }),
  verb({
    name: 'PASS',
    needs: ['named'],
    grammar: anything('<password>'),
    help: 'Prove it',
    rfc: 'RFC 959 §4.1.1',
    replies: [230, 530],
    secret: true,
    run: logIn,
  }),
  verb({
    name: 'ACCT',
    needs: ['inside'],
    grammar: anything('[<account>]'),
    help: 'Not needed here: a name and a password are enough',
    rfc: 'RFC 959 §4.1.1',
    replies: [202],
    secret: true,
    run: () => ({ reply: reply(202, 'No account is needed') }),
  }),
  verb({
    name: 'REIN',
    needs: ['greeted', 'named', 'inside'],
    grammar: nothing,
    help: 'Log out and start afresh on this connection',
    rfc: 'RFC 959 §4.1.1',
    replies: [220],
    clearsRestart: true,
    run: ({ state: { control, loginFailures } }) => ({
      reply: reply(220, 'Log in with USER and PASS'),
      next: { ...(control === 'implicit' ? INITIAL_IMPLICIT : INITIAL), loginFailures },
      // It ends the TLS that AUTH began, and its reply is the last thing in it (RFC 4217 §13).
      ...(control === 'explicit' && { wire: 'clear' }),
    }),
  }),
  verb({
    name: 'QUIT',
    needs: ['greeted', 'named', 'inside'],
    grammar: anything(''),
    help: 'Leave, when the running transfer has finished',
    rfc: 'RFC 959 §4.1.1',
    replies: [221],
    endsSession: true,
    run: () => ({ reply: replies.loggedOut, close: true }),
  }),
];

const ANOTHER_HOST = 'In TLS another host was asked for';

function chooseHost(visit: Visit<'greeted' | 'named'>, text: string): Outcome {
  const { phase, desk } = visit;
  if (phase.kind === 'named') return { reply: reply(503, 'HOST comes before USER') };
  if (!desk.hosts.areThere) return { reply: reply(502, 'This server is one host only') };
  const name = parseHostName(text.trim());
  if (name === undefined) return { reply: reply(501, 'Syntax: HOST <host name>') };
  const host = desk.hosts.find(name);
  if (host === undefined) return { reply: reply(504, 'This host is not here') };
  // RFC 7151 §3.2: or what is said in TLS would be protected for somebody else.
  if (isAnotherHost(visit, name)) return { reply: reply(504, ANOTHER_HOST) };
  return { reply: reply(220, ...host.greeting), next: { host: name } };
}

/** True if the client has asked for another host in TLS than by HOST. */
function isAnotherHost({ desk }: Around, host: string | undefined): boolean {
  const asked = desk.serverName();
  return host !== undefined && asked !== undefined && asked !== host;
}

/** The name of the account: that of a virtual host has the name of the host in it. */
function accountNamed(name: string, { state, desk }: Around): string {
  const host = desk.hosts.find(state.host ?? desk.serverName());
  return host === undefined || name.endsWith(`@${host.name}`) ? name : `${name}@${host.name}`;
}

/** A name and a password in the clear are what `required` is there to prevent (RFC 2228 §3). */
async function mustEncryptFirst({ state, desk }: Around, name: string): Promise<boolean> {
  if (state.control !== 'clear') return false;
  return ((await desk.reception.encryptionOf(name)) ?? policyOfServer(desk)) === 'required';
}

type Around = Pick<Visit, 'state' | 'desk'>;

/** What an account says that has been let in in the wrong way. */
const LEAVE = { required: replies.tlsFirst, off: replies.neverEncrypted } as const;

/** All refusals are told in one and the same words; waiting and counting is the reception's work. */
async function logIn({ phase, state, desk }: Visit<'named'>, password: string): Promise<Outcome> {
  const { reception, peer, signal, options, log } = desk;
  if (await mustEncryptFirst({ state, desk }, phase.name)) return { reply: replies.tlsFirst };
  try {
    const protocol = state.control === 'clear' ? 'ftp' : 'ftps';
    const visitor = { protocol, address: peer };
    const session = await reception.login(phase.name, password, visitor, signal);
    // An account that was made or changed by this very login has not been asked before.
    const refused = state.control === 'clear' ? 'required' : 'off';
    if (session.encryption === refused) {
      await session[Symbol.asyncDispose]();
      return { reply: LEAVE[refused], next: { phase: { kind: 'greeted' } } };
    }
    log.info('Logged in', { account: session.accountName, session: session.id });
    return {
      reply: reply(230, 'Welcome'),
      next: { phase: { kind: 'inside', session, folder: ROOT }, loginFailures: 0 },
    };
  } catch (error) {
    if (failed(error, 'locked')) return { reply: reply(421, error.message), close: true };
    if (!failed(error, 'forbidden')) throw error;
    const loginFailures = state.loginFailures + 1;
    log.info('Login refused', { failures: loginFailures });
    if (loginFailures >= options.maxLoginFailures) {
      return { reply: replies.tooManyFailures, close: true };
    }
    return {
      reply: reply(530, error.message),
      next: { phase: { kind: 'greeted' }, loginFailures },
    };
  }
}
