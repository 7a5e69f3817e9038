/** What a client wants of LIST or NLST: a path, and what it would tell `ls`. */
export interface ListArguments {
  /** The letters of all flags, without hyphens. */
  readonly flags: string;
  /** `-a` or `-A`: names that begin with a dot, too. */
  readonly all: boolean;
  /** `-R`: folders with all that is below them. */
  readonly recursive: boolean;
  /** The rest as it came, spaces included; empty for the current folder. */
  readonly path: string;
}

/**
 * Parts the argument of LIST and NLST. RFC 959 knows only a path, but clients send `-a` and `-al`
 * before it: a leading word of a hyphen and letters or digits is flags, and so is each that follows
 * it; `--` ends them. So in `-x y` the path is `y`, and a file called `-x` is reached as `./-x` or
 * `-- -x`. Everything behind the flags and one space is the path, literally.
 */
export function parseListArguments(text: string): ListArguments {
  const head = /^(?:-[a-z0-9]+(?: |$))*(?:--(?: |$))?/i.exec(text)?.[0] ?? '';
  const flags = head.replaceAll(/[- ]/g, '');
  const path = text.slice(head.length);
  return { flags, all: /a/i.test(flags), recursive: flags.includes('R'), path };
}
