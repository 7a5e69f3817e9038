/**
 * Calls to the disk that may be under way at once. Of Node's own four, four that hang (a network
 * drive that is away) would leave nobody a thread, and four large syncs would make everybody wait.
 */
const THREADS = '16';

/**
 * Gives the process that many threads for calls to the disk, unless its starter has said how many
 * (UV_THREADPOOL_SIZE, https://docs.libuv.org/en/v1.x/threadpool.html). To be called before the first
 * such call.
 */
export function widenThreadPool(): void {
  process.env['UV_THREADPOOL_SIZE'] ??= THREADS;
}
