import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The tables as they were before, as far as they are read here. */
interface Before {
  accounts: {
    id: number;
    home_id: number;
    permissions: string;
    unconfirmed: string;
    upload_rate: number | null;
    download_rate: number | null;
    max_sessions: number | null;
    own: string;
  };
  homes: {
    id: number;
    quota_bytes: number | null;
    quota_files: number | null;
    max_file_bytes: number | null;
  };
}

/** What an account could do that was made without saying anything. */
const USUAL = 'list read write overwrite append make-folder rename chmod delete';

/** Groups of accounts, what each account has of its own beside them, and when it last came in. */
export const groups: Migration = {
  async up(untyped: Kysely<unknown>) {
    const { schema } = untyped;
    await schema
      .createTable('groups')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('profile', 'text', (column) => column.notNull())
      .execute();
    await schema.alterTable('accounts').addColumn('group_name', 'text').execute();
    await schema
      .alterTable('accounts')
      .addColumn('own', 'text', (column) => column.notNull().defaultTo('{}'))
      .execute();
    await schema.alterTable('accounts').addColumn('last_login_at', 'bigint').execute();

    // Whatever differs from what nobody has to say was said of this account.
    const database = untyped as Kysely<Before>;
    const rows = await database
      .selectFrom('accounts')
      .innerJoin('homes', 'homes.id', 'accounts.home_id')
      .selectAll('accounts')
      .select(['quota_bytes', 'quota_files', 'max_file_bytes'])
      .execute();
    for (const row of rows) {
      const own = {
        quotaBytes: row.quota_bytes ?? undefined,
        quotaFiles: row.quota_files ?? undefined,
        maxFileBytes: row.max_file_bytes ?? undefined,
        uploadRate: row.upload_rate ?? undefined,
        downloadRate: row.download_rate ?? undefined,
        maxSessions: row.max_sessions ?? undefined,
        permissions:
          row.permissions === USUAL ? undefined : row.permissions.split(' ').filter(Boolean),
        unconfirmed: row.unconfirmed === 'hold' ? undefined : row.unconfirmed,
      };
      await database
        .updateTable('accounts')
        .set({ own: JSON.stringify(own) })
        .where('id', '=', row.id)
        .execute();
    }
  },
};
