import { Sqlite } from '../../src/database/sqlite/sqlite.ts';
import { addHome, homeOf, increase } from './subject.ts';

const [file = '', task = '', id] = process.argv.slice(2);
const database = await Sqlite.open(file);

/** Until the test ends this process; long enough for that, and no longer if it never does. */
const pause = () => new Promise((resolve) => setTimeout(resolve, 60_000));

/** What a test can ask for; each says when it has come to it. */
const TASKS: Readonly<Record<string, () => Promise<unknown>>> = {
  hold: () =>
    database.write(async (write) => {
      await write.insertInto('homes').values(homeOf(1)).execute();
      process.stdout.write('inside');
      await pause();
    }),
  write: async () => {
    await addHome(database);
    process.stdout.write('written');
    await pause();
  },
  count: async () => {
    for (let count = 0; count < 30; count += 1) await increase(database, Number(id));
    await database[Symbol.asyncDispose]();
    process.stdout.write('counted');
  },
};

/** Works on records that a test has open too: `other-process.ts FILE TASK [HOME]`. */
await TASKS[task]?.();
