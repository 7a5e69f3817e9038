import type { Conversation } from '../conversation.ts';
import { ABOUT } from './about.ts';
import { COMING } from './coming.ts';
import { CONNECTIONS } from './connections.ts';
import { FILES } from './files.ts';
import { FOLDERS } from './folders.ts';
import { LINES } from './lines.ts';
import { LISTINGS } from './listings.ts';
import { NAMES } from './names.ts';
import { REPRESENTATION } from './representation.ts';
import { TRANSFERS } from './transfers.ts';

/** All conversations, by what they are about. */
export const TOPICS: Readonly<Record<string, readonly Conversation[]>> = {
  'Coming and going': COMING,
  Lines: LINES,
  'About the server': ABOUT,
  'How files are represented': REPRESENTATION,
  Folders: FOLDERS,
  Files: FILES,
  Transfers: TRANSFERS,
  'Data connections': CONNECTIONS,
  Listings: LISTINGS,
  Names: NAMES,
};
