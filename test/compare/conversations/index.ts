import type { Conversation } from '../conversation.ts';
import { ABOUT } from './about.ts';
import { COMING } from './coming.ts';
import { CONNECTIONS } from './connections.ts';
import { ENCRYPTION } from './encryption.ts';
import { FILES } from './files.ts';
import { FOLDERS } from './folders.ts';
import { VIRTUAL_HOSTS } from './hosts.ts';
import { LINES } from './lines.ts';
import { LISTINGS } from './listings.ts';
import { NAMES } from './names.ts';
import { REPRESENTATION } from './representation.ts';
import { ROOM } from './room.ts';
import { TRANSFERS } from './transfers.ts';

/** All conversations, by what they are about. */
export const TOPICS: Readonly<Record<string, readonly Conversation[]>> = {
  'Coming and going': COMING,
  'Virtual hosts': VIRTUAL_HOSTS,
  Encryption: ENCRYPTION,
  Lines: LINES,
  'About the server': ABOUT,
  'How files are represented': REPRESENTATION,
  Folders: FOLDERS,
  Files: FILES,
  'Room and sizes': ROOM,
  Transfers: TRANSFERS,
  'Data connections': CONNECTIONS,
  Listings: LISTINGS,
  Names: NAMES,
};
