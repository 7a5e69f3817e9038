import type { CamelCase, Setting } from './setting.ts';
import type { SETTINGS } from './table.ts';

type Row = (typeof SETTINGS)[number];
type Grouped = Extract<Row, { key: `${string}.${string}` }>;
type GroupOf<K extends string> = K extends `${infer G}.${string}` ? G : never;
type NameOf<K extends string> = K extends `${string}.${infer N}` ? N : never;
type ValueOf<R> = R extends Setting<string, infer T, infer _> ? T : never;
type WrittenOf<R> = R extends Setting<string, infer _, infer W> ? W : never;

/** Where the value of one setting came from: `default`, a file, a variable or a flag. */
export type Origin = string;

/** The key under which settings carry their origins with them, by setting key. */
export const origins: unique symbol = Symbol('origins');

/**
 * All settings, validated: `settings.data`, `settings.ftp.passivePorts`, … as the rows of the
 * table say. Times are in milliseconds, sizes in bytes, paths absolute; undefined stands for
 * `any`, `auto` and `off`.
 */
export type Settings = {
  readonly [R in Exclude<Row, Grouped> as CamelCase<R['key']>]: ValueOf<R>;
} & {
  readonly [G in GroupOf<Grouped['key']>]: {
    readonly [
      R in Extract<Grouped, { key: `${G}.${string}` }> as CamelCase<NameOf<R['key']>>
    ]: ValueOf<R>;
  };
} & { readonly [origins]: ReadonlyMap<string, Origin> };

/**
 * Some settings as a program writes them: `{ data: 'files', ftp: { idleTimeout: '10m' } }`. Values
 * are written as in the settings file: times as text or in seconds, sizes as text or in bytes.
 */
export type WrittenSettings = {
  readonly [R in Exclude<Row, Grouped> as CamelCase<R['key']>]?: WrittenOf<R> | undefined;
} & {
  readonly [G in GroupOf<Grouped['key']>]?:
    | {
        readonly [
          R in Extract<Grouped, { key: `${G}.${string}` }> as CamelCase<NameOf<R['key']>>
        ]?: WrittenOf<R> | undefined;
      }
    | undefined;
};

/** Everything that is wrong with the settings, one line each, beginning with where it stands. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}
