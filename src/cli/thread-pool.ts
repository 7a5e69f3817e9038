/**
 * Calls to the disk that may be under way at once. Of Node's own four, four that hang (a network
 * drive that is away) would leave nobody a thread, and four large syncs would make everybody wait.
 */
const THREADS = '16';

/** Of a client: small files that were fetched become durable together, as many as are asked for at once. */
const THREADS_OF_CLIENTS = '64';

/**
 * Gives the process that many threads for calls to the disk, unless its starter has said how many
 * (UV_THREADPOOL_SIZE, https://docs.libuv.org/en/v1.x/threadpool.html). To be called before the first
 * such call.
 */
export function widenThreadPool({ serves }: { readonly serves: boolean }): void {
  process.env['UV_THREADPOOL_SIZE'] ??= serves ? THREADS : THREADS_OF_CLIENTS;
}
