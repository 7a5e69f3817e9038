import type { ForeignName } from '../support/foreign-packages.ts';
import type { Conversation } from './conversation.ts';
import { TOPICS } from './conversations/index.ts';
import { type Host, type HostName, openHost, OTHERS } from './hosts.ts';
import { type Outcome, talk } from './talk.ts';

/** A conversation and what came of it. */
export interface Compared {
  readonly topic: string;
  readonly conversation: Conversation;
  readonly ours: Outcome;
  readonly theirs: Readonly<Partial<Record<ForeignName, Outcome>>>;
}

/**
 * So many conversations with one server at once. pyftpdlib loses a session now and then while
 * another one's data connection begins or ends.
 */
const AT_ONCE: Readonly<Record<HostName, number>> = {
  carryon: 6,
  vsftpd: 6,
  proftpd: 6,
  'pure-ftpd': 6,
  pyftpdlib: 1,
};

const CONVERSATIONS = Object.entries(TOPICS).flatMap(([topic, conversations]) =>
  conversations.map((conversation) => ({ topic, conversation })),
);

/** Has every conversation with our server and with all the others that can be started here. */
export async function compareAll(): Promise<readonly Compared[]> {
  const names: readonly HostName[] = ['carryon', ...OTHERS];
  const outcomes = new Map(
    await Promise.all(names.map(async (name) => [name, await talkAll(name)] as const)),
  );
  return CONVERSATIONS.map(({ topic, conversation }, index) => {
    const ours = outcomes.get('carryon')?.[index];
    if (ours === undefined) throw new Error(`${conversation.title} was not had`);
    const theirs = OTHERS.map((name) => [name, outcomes.get(name)?.[index]] as const);
    return { topic, conversation, ours, theirs: Object.fromEntries(theirs) };
  });
}

async function talkAll(name: HostName): Promise<readonly Outcome[]> {
  await using host = await openHost(name);
  const outcomes: Outcome[] = [];
  const next = CONVERSATIONS.entries();
  const visitors = Array.from({ length: AT_ONCE[name] }, () =>
    talkThrough(host, name, next, outcomes),
  );
  await Promise.all(visitors);
  return outcomes;
}

async function talkThrough(
  host: Host,
  name: HostName,
  next: Iterable<[number, { readonly conversation: Conversation }]>,
  outcomes: Outcome[],
): Promise<void> {
  for (const [index, { conversation }] of next) {
    try {
      outcomes[index] = await talk(host, conversation, index);
    } catch (error) {
      throw new Error(`${name}: ${conversation.title}`, { cause: error });
    }
  }
}

/** True if two servers did the same: replies of the same first two digits, and the same effect. */
export function isSame(one: Outcome, other: Outcome): boolean {
  return (
    one.heard.map(classes).join('\n') === other.heard.map(classes).join('\n') &&
    one.effect.join('\n') === other.effect.join('\n')
  );
}

/** Only the first two digits of a code say what kind of reply it is (RFC 959 §4.2.1). */
function classes(heard: string): string {
  const [codes = '', ...rest] = heard.split(/(?= ["[])/);
  return codes.replaceAll(/\b(\d\d)\d\b/g, '$1x') + rest.join('');
}
