import { ABOUT } from './about.ts';
import { ACCESS } from './access.ts';
import { ATTRIBUTES } from './attributes.ts';
import { BUNDLES } from './bundles.ts';
import { CONNECTIONS } from './connections.ts';
import { DIGESTS } from './digests.ts';
import { FILES } from './files.ts';
import { FOLDERS } from './folders.ts';
import { INTRODUCTIONS } from './introductions.ts';
import { JOINS } from './joins.ts';
import { LISTINGS } from './listings.ts';
import { REFUSED } from './refused.ts';
import { REPRESENTATION } from './representation.ts';
import { ROOM } from './room.ts';
import { SECURITY } from './security.ts';
import { SITE } from './site.ts';
import { TRANSFERS } from './transfers.ts';
import type { Verb } from './verb.ts';

/** The groups with their titles, in the order in which the documentation shows them. */
export const GROUPS: readonly (readonly [title: string, verbs: readonly Verb[]])[] = [
  ['Coming and going', ACCESS],
  ['Encryption', SECURITY],
  ['About the server', ABOUT],
  ['About each other', INTRODUCTIONS],
  ['How files are represented', REPRESENTATION],
  ['Folders', [...FOLDERS, ...ROOM]],
  ['Files', [...FILES, ...ATTRIBUTES, ...JOINS]],
  ['Listings', LISTINGS],
  ['Data connections', CONNECTIONS],
  ['Transfers', [...TRANSFERS, ...BUNDLES]],
  ['Digests', DIGESTS],
  ['SITE', SITE],
  ['Refused on purpose', REFUSED],
];

/** Every verb this server knows. Adding one is adding a row to its group. */
export const TABLE: readonly Verb[] = GROUPS.flatMap(([, verbs]) => verbs);
