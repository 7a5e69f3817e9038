import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** How the clients of an account speak: encrypted or not, and in which charset. */
export const speech: Migration = {
  async up(database: Kysely<unknown>) {
    for (const column of ['tls', 'charset']) {
      await database.schema.alterTable('accounts').addColumn(column, 'text').execute();
    }
  },
};
