import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Where the visitors of an account may come from. */
export const accountNetworks: Migration = {
  async up(database: Kysely<unknown>) {
    await database.schema.alterTable('accounts').addColumn('networks', 'text').execute();
  },
};
