import type { Command } from 'commander';
import { Bookmarks } from './bookmarks.ts';

/** Lets the words of a command, and of those below it, be bookmarks where they could be URLs. */
export function withBookmarks(command: Command): void {
  command.hook('preAction', async (_command, { processedArgs }) => {
    const bookmarks = new Bookmarks();
    for (const [index, value] of processedArgs.entries()) {
      processedArgs[index] = await resolved(value, bookmarks);
    }
  });
}

async function resolved(value: unknown, bookmarks: Bookmarks): Promise<unknown> {
  if (typeof value === 'string') return bookmarks.resolve(value);
  if (!Array.isArray(value)) return value;
  return Promise.all(value.map((one) => resolved(one, bookmarks)));
}
