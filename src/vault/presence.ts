/**
 * The processes that work on the same records. What one of them was doing when it died is mended
 * by the next one that notices.
 */
export interface Presence {
  /** The name of this process among them: letters, digits and hyphens. */
  readonly self: string;
  /** False once that process has ended, however sudden; never false while it can still write. */
  isAlive(process: string): boolean;
}

/** Who holds an upload: a session, and the process that it is in. */
export function holderOf(presence: Presence, session: string): string {
  return `${presence.self}/${session}`;
}

/** The process in which this holder is. */
export function processOf(holder: string): string {
  return holder.split('/', 1)[0] ?? holder;
}
