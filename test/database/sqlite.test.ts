import { join } from 'node:path';
import type { Database } from '../../src/database/database.ts';
import { Sqlite } from '../../src/database/sqlite/sqlite.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { databaseSuite } from './database-suite.ts';

databaseSuite('sqlite in a file', true, async () => {
  const folder = await temporaryFolder();
  const file = join(folder.path, 'records.sqlite');
  const opened: Database[] = [];
  const open = async () => {
    const database = await Sqlite.open(file);
    opened.push(database);
    return database;
  };
  return {
    database: await open(),
    open,
    file,
    folder: folder.path,
    [Symbol.asyncDispose]: async () => {
      // One that a case has closed says nothing when it is closed again.
      await Promise.allSettled(opened.map((database) => database[Symbol.asyncDispose]()));
      await folder[Symbol.asyncDispose]();
    },
  };
});

databaseSuite('sqlite in memory', false, async () => {
  const folder = await temporaryFolder();
  const database = await Sqlite.open(':memory:');
  return {
    database,
    open: async () => database,
    file: '',
    folder: folder.path,
    [Symbol.asyncDispose]: async () => {
      await database[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
});
