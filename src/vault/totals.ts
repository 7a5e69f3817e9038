import type { Database } from '../database/database.ts';

/** How much there is in all homes together. Sizes in bytes. */
export interface Totals {
  readonly stored: { readonly bytes: number; readonly files: number };
  /** Uploads that have not been committed, and what is durable of them. */
  readonly unfinished: { readonly bytes: number; readonly uploads: number };
}

/** Adds up the ledger; looks at no home. */
export async function totals({ query }: Database): Promise<Totals> {
  const stored = await query
    .selectFrom('homes')
    .select(({ fn }) => [
      fn.sum<number | null>('committed_bytes').as('bytes'),
      fn.sum<number | null>('committed_files').as('files'),
    ])
    .executeTakeFirstOrThrow();
  const unfinished = await query
    .selectFrom('uploads')
    .where('state', 'in', ['staging', 'committing'])
    .select(({ fn }) => [
      fn.sum<number | null>('offset').as('bytes'),
      fn.countAll<number>().as('uploads'),
    ])
    .executeTakeFirstOrThrow();
  return {
    stored: { bytes: stored.bytes ?? 0, files: stored.files ?? 0 },
    unfinished: { bytes: unfinished.bytes ?? 0, uploads: unfinished.uploads },
  };
}
