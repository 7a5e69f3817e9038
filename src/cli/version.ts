import { PACKAGE } from './package-json.ts';

/** The version of this program, as its package says. */
export const VERSION = PACKAGE.version;
