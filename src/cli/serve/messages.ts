import type { InheritedSockets } from '../../config/inherited-sockets.ts';
import type { Counts } from '../../base/siblings.ts';
import type { Greeting } from './greeting.ts';

/** What a worker tells its supervisor: that clients can connect, and how many it has of what. */
export type FromWorker =
  | { readonly kind: 'started'; readonly greeting: Greeting }
  | { readonly kind: 'counts'; readonly counts: Counts };

/** What the supervisor tells a worker: first of all to begin, then what it hears of the others. */
export type ToWorker =
  | { readonly kind: 'begin'; readonly sockets: InheritedSockets }
  | { readonly kind: 'counts'; readonly from: number; readonly counts: Counts }
  | { readonly kind: 'gone'; readonly from: number };
