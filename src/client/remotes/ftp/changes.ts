import type { Path } from '../../../base/path.ts';
import type { Reply } from '../../../wire/ftp/reply.ts';
import { explained, type Expectation } from './explain.ts';
import { ask, type Link } from './link.ts';
import { failureOf, isPositive } from './reply-failures.ts';

export async function move(link: Link, from: Path, to: Path, signal: AbortSignal): Promise<void> {
  const doing = `rename ${from} to ${to}`;
  const source = await ask(link, `RNFR ${from}`, signal);
  if (source.code >= 400) await refuse(link, source, doing, from, 'something', signal);
  const target = await ask(link, `RNTO ${to}`, signal);
  if (!isPositive(target)) await refuse(link, target, doing, to, 'nothing', signal);
}

/** The same without a look between: where the first is refused, the second has nothing to do. */
export async function moveInOneGo(
  link: Link,
  from: Path,
  to: Path,
  signal: AbortSignal,
): Promise<void> {
  const [source, target] = await Promise.all([
    ask(link, `RNFR ${from}`, signal),
    ask(link, `RNTO ${to}`, signal),
  ]);
  const refusal = [source, target].find(({ code }) => code >= 400);
  if (refusal) throw failureOf(refusal, `rename ${from} to ${to}`);
}

/** The verbs that change what is under one name. */
const CHANGES = {
  remove: { verb: 'DELE', doing: 'remove', expected: 'something' },
  makeFolder: { verb: 'MKD', doing: 'make', expected: 'nothing' },
  removeFolder: { verb: 'RMD', doing: 'remove', expected: 'folder' },
} as const satisfies Record<
  string,
  { readonly verb: string; readonly doing: string; readonly expected: Expectation }
>;

export async function change(
  link: Link,
  what: keyof typeof CHANGES,
  path: Path,
  signal: AbortSignal,
): Promise<void> {
  const { verb, doing, expected } = CHANGES[what];
  const reply = await ask(link, `${verb} ${path}`, signal);
  if (!isPositive(reply)) await refuse(link, reply, `${doing} ${path}`, path, expected, signal);
}

async function refuse(
  link: Link,
  reply: Reply,
  doing: string,
  path: Path,
  expected: Expectation,
  signal: AbortSignal,
): Promise<never> {
  throw await explained(link, failureOf(reply, doing), path, expected, signal);
}
