import type { ForeignName } from '../support/foreign-packages.ts';

/** Why others differ from us, where the same is true of several conversations. */
export const WHY = {
  notKnown: 'does not know the verb',
  notInMode:
    'knows only how RFC 959 §5.1 wants the least of all servers to send: STRU F and MODE S',
  deflate: 'has no MODE Z as Debian sets it up',
  loginFirst: 'tells nobody anything before the login',
  anonymous: 'is asked by an anonymous visitor here, who may use no SITE',
  missing:
    'answers a missing argument as it answers a wrong one; 501 says that the line is incomplete',
  dotNames:
    'shows names that begin with a dot only to those who ask for all; ours hides nothing that is there',
  dotFolders: 'lists `.` and `..` as well, which are no files that somebody could want',
  patterns: 'knows no patterns here',
  flags: 'takes the flags for a name',
  silent: 'says nothing, and the client waits',
  allo: 'thanks for the number and looks no further',
  createsFirst:
    'makes or empties the file before there is a connection for the data; ours touches nothing until the first byte comes',
  waits: 'says that it begins and waits for a connection that nobody can make',
  keepsMarker:
    'keeps the marker over a listing; RFC 3659 §5 binds it to the transfer that comes next, and a listing is one',
  oldTail:
    'keeps what stood behind the marker, a mixture of two versions; ours is the part before the marker and what was sent',
  replaces:
    'renames as rename(2) does, which removes the empty folder; ours removes nothing that nobody asked it to remove',
  quoted:
    'repeats the path as it came, neither whole nor with quotes doubled, so that no program can read it (RFC 959 Appendix II)',
  cleaned:
    'puts underscores for letters that it does not like, and stores under a name that nobody said',
  impossibleDay: 'stores another day instead',
  above: 'takes the root for the parent of the root; ours refuses, so that whoever is lost is told',
  notUtf8:
    'takes any bytes; ours makes only names that are UTF-8 (RFC 2640 §2.2), and leaves those that are there in reach',
  family: 'has another opinion about which part is wrong',
  noSuch: 'sends a listing of nothing, from which nobody learns that the folder is not there',
  ignored: 'passes over an argument that should not be there',
} as const;

/** The same reason for several servers. */
export function because(
  reason: string,
  ...names: readonly ForeignName[]
): Partial<Record<ForeignName, string>> {
  return Object.fromEntries(names.map((name) => [name, reason]));
}
