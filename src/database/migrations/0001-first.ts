import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Accounts, homes with their ledger, uploads with their checkpoints, digests, the journal. */
export const first: Migration = {
  async up(database: Kysely<unknown>) {
    const schema = database.schema;

    await schema
      .createTable('homes')
      .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
      .addColumn('location', 'text', (column) => column.notNull())
      .addColumn('quota_bytes', 'bigint')
      .addColumn('quota_files', 'bigint')
      .addColumn('max_file_bytes', 'bigint')
      .addColumn('committed_bytes', 'bigint', (column) => column.notNull().defaultTo(0))
      .addColumn('committed_files', 'bigint', (column) => column.notNull().defaultTo(0))
      .addColumn('reserved_bytes', 'bigint', (column) => column.notNull().defaultTo(0))
      .addColumn('reserved_files', 'bigint', (column) => column.notNull().defaultTo(0))
      .execute();

    await schema
      .createTable('accounts')
      .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
      .addColumn('name', 'text', (column) => column.notNull().unique())
      .addColumn('home_id', 'integer', (column) => column.notNull().references('homes.id'))
      .addColumn('password', 'text', (column) => column.notNull())
      .addColumn('permissions', 'text', (column) => column.notNull())
      .addColumn('enabled', 'integer', (column) => column.notNull().defaultTo(1))
      .addColumn('expires_at', 'bigint')
      .addColumn('unconfirmed', 'text', (column) => column.notNull().defaultTo('hold'))
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('password_set_at', 'bigint', (column) => column.notNull())
      .execute();

    await schema
      .createTable('uploads')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('home_id', 'integer', (column) => column.notNull().references('homes.id'))
      .addColumn('folder', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('epoch', 'integer', (column) => column.notNull())
      .addColumn('holder', 'text')
      .addColumn('wanted', 'integer', (column) => column.notNull().defaultTo(0))
      .addColumn('base_bytes', 'bigint', (column) => column.notNull())
      .addColumn('base_version', 'text')
      .addColumn('offset', 'bigint', (column) => column.notNull())
      .addColumn('length', 'bigint')
      .addColumn('promised_algorithm', 'text')
      .addColumn('promised_hex', 'text')
      .addColumn('reserved_bytes', 'bigint', (column) => column.notNull())
      .addColumn('reserved_files', 'bigint', (column) => column.notNull())
      .addColumn('replaced_bytes', 'bigint')
      .addColumn('evidence', 'text')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('touched_at', 'bigint', (column) => column.notNull())
      .execute();
    await schema
      .createIndex('uploads_by_name')
      .on('uploads')
      .columns(['home_id', 'folder', 'name'])
      .execute();
    await schema
      .createIndex('uploads_held')
      .on('uploads')
      .column('holder')
      .where(sql.ref('holder'), 'is not', null)
      .execute();

    await schema
      .createTable('checkpoints')
      .addColumn('upload_id', 'text', (column) =>
        column.notNull().references('uploads.id').onDelete('cascade'),
      )
      .addColumn('offset', 'bigint', (column) => column.notNull())
      .addColumn('sha256', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('checkpoints_key', ['upload_id', 'offset'])
      .execute();

    await schema
      .createTable('digests')
      .addColumn('home_id', 'integer', (column) => column.notNull())
      .addColumn('folder', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('algorithm', 'text', (column) => column.notNull())
      .addColumn('version', 'text', (column) => column.notNull())
      .addColumn('hex', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('digests_key', ['home_id', 'folder', 'name', 'algorithm'])
      .execute();
    await schema
      .createIndex('digests_by_content')
      .on('digests')
      .columns(['home_id', 'hex'])
      .execute();

    await schema
      .createTable('journal')
      .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
      .addColumn('home_id', 'integer', (column) => column.notNull())
      .addColumn('process', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('path', 'text', (column) => column.notNull())
      .addColumn('to_path', 'text')
      .addColumn('version', 'text', (column) => column.notNull())
      .addColumn('bytes', 'bigint', (column) => column.notNull())
      .addColumn('files', 'bigint', (column) => column.notNull())
      .execute();

    await schema
      .createTable('name_locks')
      .addColumn('home_id', 'integer', (column) => column.notNull())
      .addColumn('path', 'text', (column) => column.notNull())
      .addColumn('process', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('name_locks_key', ['home_id', 'path'])
      .execute();

    await schema
      .createTable('outbox')
      .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
      .addColumn('home_id', 'integer', (column) => column.notNull())
      .addColumn('time', 'bigint', (column) => column.notNull())
      .addColumn('event', 'text', (column) => column.notNull())
      .addColumn('attempts', 'integer', (column) => column.notNull())
      .addColumn('due_at', 'bigint', (column) => column.notNull())
      .execute();
  },
};
