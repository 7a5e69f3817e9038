import { type Events, EventSource } from '../base/events.ts';
import type { Write } from '../database/database.ts';
import type { VaultEvent } from './vault-event.ts';

/**
 * What happens to uploads, told twice: to listeners in this process, and, if anybody outside is to
 * be told, into the outbox, in the very transaction that makes it true. So a crash loses no event,
 * and none is told of what did not happen.
 */
export class Chronicle {
  readonly #source: EventSource<VaultEvent>;
  readonly #keeps: boolean;

  /** @param keeps whether events go into the outbox */
  constructor(keeps: boolean, onError: (error: unknown) => void) {
    this.#keeps = keeps;
    this.#source = new EventSource(onError);
  }

  get events(): Events<VaultEvent> {
    return this.#source;
  }

  /** As a part of the transaction. */
  async note(write: Write, event: VaultEvent, now: number): Promise<void> {
    if (!this.#keeps) return;
    const { homeId, ...told } = event;
    await write
      .insertInto('outbox')
      .values({ home_id: homeId, time: now, event: JSON.stringify(told), attempts: 0, due_at: now })
      .execute();
  }

  /** After the transaction. */
  tell(event: VaultEvent): void {
    this.#source.emit(event);
  }
}
