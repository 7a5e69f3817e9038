/** Something that people listen to. */
export interface Events<T> {
  /** Calls `listener` for each event until the returned function is called. */
  listen(listener: (event: T) => void): () => void;
}

/**
 * The side that has something to say. A listener that throws never disturbs the one who speaks,
 * nor the other listeners: what it threw goes to `onError`.
 */
export class EventSource<T> implements Events<T> {
  readonly #listeners = new Set<(event: T) => void>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  listen(listener: (event: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: T): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}
