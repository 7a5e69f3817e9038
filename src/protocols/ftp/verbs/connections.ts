import { isIPv4 } from 'node:net';
import {
  formatExtendedPassive,
  formatPassive,
  parseEprtArgument,
  parsePortArgument,
  samePeer,
  type HostPort,
} from '../../../wire/ftp/addresses.ts';
import { FIRST_ACTIVE_PORT } from '../data/active.ts';
import { reply } from '../replies.ts';
import { closePlan, INITIAL } from '../state.ts';
import type { Desk, Inside, Outcome } from '../visit.ts';
import { anything, nothing, parsed } from './grammar.ts';
import { verb } from './verb.ts';

const RFC_2428_FAMILIES = { ipv4: '1', ipv6: '2' } as const;

/** Where the next data connection comes from. */
export const CONNECTIONS = [
  verb({
    name: 'PASV',
    needs: ['inside'],
    grammar: nothing,
    help: 'Have the server wait for the data connection (IPv4)',
    rfc: 'RFC 959 §4.1.2',
    replies: [227, 425, 501, 522],
    run: async (visit) => {
      const { desk, state } = visit;
      if (state.extendedPassiveOnly) return { reply: onlyEpsv() };
      const announced = announcedAddress(desk);
      if (announced === undefined) return { reply: reply(522, 'This is IPv6: use EPSV') };
      return listen(visit, (port) => reply(227, formatPassive({ host: announced, port })));
    },
  }),
  verb({
    name: 'EPSV',
    needs: ['inside'],
    grammar: anything('[1|2|ALL]'),
    help: 'Have the server wait for the data connection; ALL promises to use nothing else',
    rfc: 'RFC 2428 §3',
    replies: [229, 200, 425, 501, 522],
    feat: 'EPSV',
    run: (visit, text) => {
      const { desk } = visit;
      const wanted = text.trim().toUpperCase();
      if (wanted === 'ALL') {
        return { reply: reply(200, 'Only EPSV from now on'), next: { extendedPassiveOnly: true } };
      }
      if (!/^\d*$/.test(wanted)) return { reply: reply(501, 'Syntax: EPSV [1|2|ALL]') };
      const family = familyOf(desk.reached);
      if (wanted !== '' && wanted !== family) {
        return { reply: reply(522, `Only the protocol of this connection, use (${family})`) };
      }
      return listen(visit, (port) => reply(229, formatExtendedPassive(port)));
    },
  }),
  verb({
    name: 'PORT',
    needs: ['inside'],
    grammar: parsed('h1,h2,h3,h4,p1,p2', parsePortArgument),
    help: 'Have the server connect to an IPv4 address, which must be your own',
    rfc: 'RFC 959 §4.1.2',
    replies: [200, 501, 504],
    run: plan,
  }),
  verb({
    name: 'EPRT',
    needs: ['inside'],
    grammar: parsed('|<family>|<address>|<port>|', parseEprtArgument),
    help: 'Have the server connect to an address, which must be your own',
    rfc: 'RFC 2428 §2',
    replies: [200, 501, 504, 522],
    feat: 'EPRT',
    run: (visit, target) =>
      target.unsupportedFamily === true
        ? { reply: reply(522, 'Network protocol not supported, use (1,2)') }
        : plan(visit, { host: target.host, port: target.port }),
  }),
];

/** Never to anybody but the peer, nor to a service of theirs (RFC 2577 §3). */
function plan({ state, desk }: Inside, target: HostPort): Outcome {
  if (state.extendedPassiveOnly) return { reply: onlyEpsv() };
  if (!samePeer(target.host, desk.peer)) {
    return { reply: reply(504, 'Data connections go to your own address only') };
  }
  if (target.port < FIRST_ACTIVE_PORT) {
    return { reply: reply(504, `Data connections go to ports from ${FIRST_ACTIVE_PORT} on`) };
  }
  return {
    reply: reply(200, 'The data connection will go there'),
    next: { plan: { kind: 'active', target } },
  };
}

/** The port that nobody has used so far may be the only one. */
async function listen(
  { desk, state }: Inside,
  announce: (port: number) => ReturnType<typeof reply>,
): Promise<Outcome> {
  closePlan(state.plan);
  try {
    const listener = await desk.listen();
    return { reply: announce(listener.port), next: { plan: { kind: 'passive', listener } } };
  } catch (error) {
    desk.log.warn('No passive port could be opened', { error });
    return { reply: reply(425, 'No port is free; try again later'), next: { plan: INITIAL.plan } };
  }
}

function announcedAddress({ passiveAddress, reached, peer }: Desk): string | undefined {
  return isIPv4(reached) ? passiveAddress.toldTo(peer, reached) : undefined;
}

function familyOf(address: string): string {
  return isIPv4(address) ? RFC_2428_FAMILIES.ipv4 : RFC_2428_FAMILIES.ipv6;
}

function onlyEpsv(): ReturnType<typeof reply> {
  return reply(501, 'After EPSV ALL there is only EPSV');
}
