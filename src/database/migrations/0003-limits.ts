import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What one account may take of a server, and who is kept out for a while. */
export const limits: Migration = {
  async up(database: Kysely<unknown>) {
    const { schema } = database;
    for (const column of ['upload_rate', 'download_rate', 'max_sessions']) {
      await schema.alterTable('accounts').addColumn(column, 'bigint').execute();
    }
    await schema
      .createTable('bans')
      .addColumn('network', 'text', (column) => column.primaryKey())
      .addColumn('reason', 'text', (column) => column.notNull())
      .addColumn('by', 'text', (column) => column.notNull())
      .addColumn('since', 'bigint', (column) => column.notNull())
      .addColumn('until', 'bigint')
      .execute();
  },
};
