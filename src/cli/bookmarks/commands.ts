import type { Command } from 'commander';
import { columns, say } from '../output.ts';
import { Bookmarks } from './bookmarks.ts';

/** `carryon bookmark add|list|remove` */
export function addBookmarkCommands(program: Command): void {
  const bookmark = program.command('bookmark');
  bookmark
    .command('add <name> <url>')
    .description('keep a URL under a name; passwords are not kept')
    .action(async (name: string, url: string) => {
      const bookmarks = new Bookmarks();
      await bookmarks.add(name, await bookmarks.resolve(url));
    });
  bookmark.command('list').description('show all').action(listBookmarks);
  bookmark
    .command('remove <name>')
    .description('forget one')
    .action((name: string) => new Bookmarks().remove(name));
}

export async function listBookmarks(): Promise<void> {
  const all = await new Bookmarks().all();
  say(...columns([...all].toSorted(([one], [other]) => (one < other ? -1 : 1))));
}
