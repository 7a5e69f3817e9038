import { parseOffset } from '../../../wire/ftp/sizes.ts';
import type { Reply } from '../../../wire/ftp/reply.ts';
import { TransferFailure, type Trouble } from '../../transfer-failure.ts';

/**
 * What each refusal means (RFC 959 §4.2, RFC 1123 §4.1.3.4, RFC 2428 §2, RFC 4217 §10.2).
 * 450 and 550 are said for anything from a missing file to a full disk: whoever can, asks further.
 */
const TROUBLES_BY_CODE: Readonly<Record<number, Trouble>> = {
  332: 'login-refused',
  421: 'busy',
  425: 'unreachable',
  426: 'connection-lost',
  430: 'login-refused',
  452: 'no-room',
  500: 'unsupported',
  502: 'unsupported',
  504: 'unsupported',
  522: 'unsupported',
  530: 'login-refused',
  534: 'unsupported',
  536: 'unsupported',
  552: 'no-room',
  554: 'offset-refused',
  555: 'offset-refused',
};

/** Longer than any sentence that somebody wrote for people. */
const MAX_TEXT = 300;

/** The refusal as a failure; `doing` continues "could not". */
export function failureOf(
  reply: Reply,
  doing: string,
  trouble = troubleOf(reply),
): TransferFailure {
  const offset = trouble === 'offset-refused' ? namedOffset(reply) : undefined;
  return new TransferFailure(trouble, `Could not ${doing}: ${shown(reply)}`, {
    replyCode: reply.code,
    ...(offset !== undefined && { offset }),
  });
}

export function troubleOf({ code }: Reply): Trouble {
  const known = TROUBLES_BY_CODE[code];
  if (known !== undefined) return known;
  if (code >= 400 && code < 500) return 'busy';
  return code >= 500 && code < 600 ? 'refused' : 'protocol-broken';
}

export function isPositive({ code }: Reply): boolean {
  return code >= 200 && code < 300;
}

/** True if the server does not know the command, or not in this form. */
export function isUnknown({ code }: Reply): boolean {
  return code === 500 || code === 501 || code === 502 || code === 504;
}

/** A reply in one line for people: nothing in it can move their cursor or fill their screen. */
export function shown({ code, lines }: Reply): string {
  const text = lines
    .join(' ')
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim();
  const cut = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  return `${code} ${cut}`;
}

/** Where one could go on, in the words of our own server. */
function namedOffset({ lines }: Reply): number | undefined {
  const [, bytes] =
    /\b(?:has|has only|only|upload of) (\d{1,16}) bytes\b/i.exec(lines.join(' ')) ?? [];
  return bytes === undefined ? undefined : parseOffset(bytes);
}
