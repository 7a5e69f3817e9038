import { basename } from 'node:path';
import type { Dialect } from './dialect.ts';
import { PROFTPD } from './proftpd.ts';
import { PURE_FTPD } from './pure-ftpd.ts';
import { VSFTPD } from './vsftpd.ts';

/** The servers whose settings can be taken over. */
export const DIALECTS: readonly Dialect[] = [VSFTPD, PURE_FTPD, PROFTPD];

/** Whose settings a file has, by its name. */
export function dialectOf(file: string): Dialect | undefined {
  return DIALECTS.find(({ files }) => files.includes(basename(file)));
}
