import { readFileSync } from 'node:fs';

const { version, engines } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as { readonly version: string; readonly engines: { readonly node: string } };

/** The version of this program, as its package says. */
export const VERSION = version;

/** The oldest Node that runs it, as `24.7`. */
export const OLDEST_NODE = engines.node.replace('>=', '');
