import type { Kind } from './kinds.ts';

/** How the variables of this program begin. */
export const PREFIX = 'CARRYON_';

/** One row of the table of settings. */
export interface Setting<K extends string = string, T = unknown, W = unknown> {
  /** Its name in the settings file: `group.name`, or `name` for what stands above all groups. */
  readonly key: K;
  readonly kind: Kind<T, W>;
  /** The default as one would write it. */
  readonly default: string;
  /** One sentence for the people who set it. */
  readonly about: string;
  /** The flag with its dashes. */
  readonly flag: string;
  /** The flag in camel case, as a command line parser hands its value over. */
  readonly attribute: string;
  /** The environment variable. */
  readonly variable: string;
  /**
   * What a relative path counts from: `source` is the folder of the settings file, or the working
   * folder for variables and flags; `data` is the data folder.
   */
  readonly relativeTo: 'source' | 'data' | undefined;
  /** When a running server takes a change of it: told by SIGHUP, or not before it starts again. */
  readonly taken: 'reload' | 'restart';
}

/** What a row is written with; the rest follows from the key. */
interface Row<K extends string, T, W> {
  readonly key: K;
  readonly kind: Kind<T, W>;
  readonly default: string;
  readonly about: string;
  /** Where the flag has a shorter name than the key. */
  readonly flag?: `--${string}`;
  readonly relativeTo?: 'source' | 'data';
  readonly taken?: 'reload';
}

/** Completes a row: `ftp.idle-timeout` gets `--ftp-idle-timeout` and `CARRYON_FTP_IDLE_TIMEOUT`. */
export function setting<const K extends string, T, W>(row: Row<K, T, W>): Setting<K, T, W> {
  const flag = row.flag ?? `--${row.key.replaceAll('.', '-')}`;
  return {
    ...row,
    flag,
    attribute: camelCase(flag.slice('--'.length)),
    variable: `${PREFIX}${row.key.toUpperCase().replaceAll(/[.-]/g, '_')}`,
    relativeTo: row.relativeTo,
    taken: row.taken ?? 'restart',
  };
}

/** `['ftp', 'idle-timeout']` for `ftp.idle-timeout`, `['', 'data']` for `data`. */
export function groupAndName(key: string): readonly [group: string, name: string] {
  const dot = key.indexOf('.');
  return dot < 0 ? ['', key] : [key.slice(0, dot), key.slice(dot + 1)];
}

/** `idleTimeout` for `idle-timeout`. */
export function camelCase(name: string): string {
  return name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** {@link camelCase} for types. */
export type CamelCase<S extends string> = S extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : S;
