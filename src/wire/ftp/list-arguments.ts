/** What `ls` would sort by; the rest by name. */
export type ListOrder = 'name' | 'time' | 'size';

/** What a client wants of LIST, NLST or STAT: a path, and what it would tell `ls`. */
export interface ListArguments {
  /** `-R`: folders with all that is below them. */
  readonly recursive: boolean;
  /** `-d`: a folder itself, and not what is in it. */
  readonly itself: boolean;
  /** `-1`, with no `-l` behind it: nothing but names. */
  readonly short: boolean;
  /** `-F`: behind each name a character for what it is. */
  readonly classified: boolean;
  /** `-t` or `-S`, the last one of them: the newest or the largest first. */
  readonly order: ListOrder;
  /** `-r`: the other way round. */
  readonly reversed: boolean;
  /** The rest as it came, spaces included; empty for the current folder. */
  readonly path: string;
}

const ORDERS: Readonly<Record<string, ListOrder>> = { t: 'time', S: 'size' };

/**
 * Parts the argument of LIST, NLST and STAT. RFC 959 knows only a path, but clients send `-a` and
 * `-al` before it: a leading word of a hyphen and letters or digits is flags, and so is each that
 * follows it; `--` ends them. So in `-x y` the path is `y`, and a file called `-x` is reached as
 * `./-x` or `-- -x`. Everything behind the flags and one space is the path, literally. Flags that
 * mean nothing here are passed over, as by other servers; `-a` and `-A` are the rule.
 */
export function parseListArguments(text: string): ListArguments {
  const head = /^(?:-[a-z0-9]+(?: |$))*(?:--(?: |$))?/i.exec(text)?.[0] ?? '';
  const flags = head.replaceAll(/[- ]/g, '');
  return {
    recursive: flags.includes('R'),
    itself: flags.includes('d'),
    short: flags.lastIndexOf('1') > flags.lastIndexOf('l'),
    classified: flags.includes('F'),
    order: ORDERS[/[tS](?!.*[tS])/.exec(flags)?.[0] ?? ''] ?? 'name',
    reversed: flags.includes('r'),
    path: text.slice(head.length),
  };
}
