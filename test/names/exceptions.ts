import type { READERS } from './readers.ts';

/** What a program cannot do, whoever the server is. */
export interface Exception {
  readonly readers: readonly (keyof typeof READERS)[];
  /** The ideas of the names that it does not get. */
  readonly ideas: readonly string[];
  readonly because: string;
}

/** Every name of the corpus that does not come through, and why. */
export const EXCEPTIONS: readonly Exception[] = [
  {
    readers: ['curl, RETR'],
    ideas: [
      'a tab',
      'a tab at the beginning',
      'a control character',
      'a bell',
      'a backspace',
      'a vertical tab and a form feed',
      'an escape sequence of terminals',
      'like a line of EPLF',
    ],
    because: 'curl refuses control characters in a URL before it asks the server',
  },
  {
    readers: ['curl, RETR', 'ftplib, RETR', 'basic-ftp, MLSD', 'basic-ftp, LIST'],
    ideas: ['not UTF-8: the letter of Telnet'],
    because:
      'the byte 0xFF in a command has to be doubled (RFC 959 §5.3, RFC 854), which lftp and ours do; these list the name and cannot ask for it',
  },
];
