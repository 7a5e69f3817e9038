import type { Claim } from '../support/claim.ts';
import { cold } from './cold.ts';
import { commands } from './commands.ts';
import { crowd } from './crowd.ts';
import { fairness } from './fairness.ts';
import { huge } from './huge.ts';
import { idle } from './idle.ts';
import { listings } from './listings.ts';
import { logins } from './logins.ts';
import { price } from './price.ts';
import { promised } from './promised.ts';
import { resume } from './resume.ts';
import { retr } from './retr.ts';
import { siege } from './siege.ts';
import { slowDisk } from './slow-disk.ts';
import { smallFiles } from './small-files.ts';
import { stor } from './stor.ts';
import { syncTree } from './sync-tree.ts';
import { tls } from './tls.ts';

/** All of them, in the order in which they run. */
export const CLAIMS: readonly Claim[] = [
  retr,
  stor,
  promised,
  tls,
  logins,
  commands,
  idle,
  crowd,
  listings,
  fairness,
  siege,
  resume,
  smallFiles,
  price,
  cold,
  slowDisk,
  huge,
  // The longest last.
  syncTree,
];
