import type { Claim } from '../support/claim.ts';
import { retr } from './retr.ts';
import { stor } from './stor.ts';

/** All of them, in the order in which they run. */
export const CLAIMS: readonly Claim[] = [retr, stor];
