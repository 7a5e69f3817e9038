import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What has come of unfinished uploads beyond their beginning, and who sends such parts. */
export const segments: Migration = {
  async up(database: Kysely<unknown>) {
    await database.schema
      .createTable('segments')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('upload_id', 'text', (column) =>
        column.notNull().references('uploads.id').onDelete('cascade'),
      )
      .addColumn('start', 'bigint', (column) => column.notNull())
      .addColumn('offset', 'bigint', (column) => column.notNull())
      .addColumn('stop', 'bigint', (column) => column.notNull())
      .addColumn('holder', 'text')
      .addColumn('wanted', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
    await database.schema
      .createIndex('segments_by_upload')
      .on('segments')
      .column('upload_id')
      .execute();
  },
};
