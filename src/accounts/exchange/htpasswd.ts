import type { Source } from './entry.ts';
import { readLines } from './lines.ts';

/** `NAME:HASH`, as Apache's htpasswd writes it (https://httpd.apache.org/docs/2.4/misc/password_encryptions.html). */
export const HTPASSWD: Source = {
  name: 'htpasswd',
  about: 'names and passwords of a web server',
  files: /htpasswd/,
  read: (text) =>
    readLines(text, 2, ([, password = '']) => ({ password, changes: {}, remarks: [] })),
};
