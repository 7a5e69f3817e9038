import type { Source } from './entry.ts';
import { IDS, readLines } from './lines.ts';

/** The AuthUserFile of ProFTPD, which is that of passwd(5): NAME:HASH:UID:GID:GECOS:HOME:SHELL. */
export const AUTH_USER_FILE: Source = {
  name: 'auth-user-file',
  about: 'the AuthUserFile of ProFTPD, as ftpasswd writes it: names, passwords, homes',
  files: /ftpd\.passwd$|ftppasswd/,
  read: (text) =>
    readLines(
      text,
      7,
      ([, password = '', , , , home = '']) => ({
        password,
        changes: home === '' ? {} : { home },
        remarks: [],
      }),
      [IDS],
    ),
};
