import type { SETTINGS } from '../table.ts';

/** The keys of our settings. */
type SettingKey = (typeof SETTINGS)[number]['key'];

/** One thing that a foreign settings file says. */
export interface Statement {
  readonly line: number;
  readonly name: string;
  readonly value: string;
}

/** Foreign settings that together become one of ours. */
export interface Translation {
  /** Their names, in the order in which `value` gets what they say. */
  readonly from: readonly [string, ...string[]];
  readonly key: SettingKey;
  /**
   * Our value as one would write it, undefined where it is our default anyway.
   * What is not said in the file comes as undefined.
   */
  readonly value: (...said: readonly (string | undefined)[]) => string | undefined;
  /** Also made when none of them is said, since the defaults differ. */
  readonly always?: true;
}

/** The settings file of another server, and what it means here. */
export interface Dialect {
  readonly name: string;
  /** The names that its settings file usually has. */
  readonly files: readonly string[];
  read(text: string): readonly Statement[];
  readonly translations: readonly Translation[];
  /** What becomes of settings that are none here, by their names, in a sentence. */
  readonly instead: Readonly<Record<string, string>>;
}
