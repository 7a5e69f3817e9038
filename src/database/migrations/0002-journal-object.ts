import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What a change of names is about, whatever becomes of its content and its times meanwhile. */
export const journalObject: Migration = {
  async up(database: Kysely<unknown>) {
    await database.schema
      .alterTable('journal')
      .addColumn('object', 'text', (column) => column.notNull().defaultTo(''))
      .execute();
  },
};
