/** With such words browsers begin, which somebody may have led here (CVE-2021-3618). */
const OF_THE_WEB: ReadonlySet<string> = new Set(
  'GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH PRI'.split(' '),
);

/** The words of one connection that are no verbs. */
export class UnknownWords {
  /** What stands for all of them where verbs are counted: anybody could make up any number. */
  static readonly LABEL = 'unknown';

  readonly #mostBeforeLogin: number;
  #count = 0;

  constructor(mostBeforeLogin: number) {
    this.#mostBeforeLogin = mostBeforeLogin;
  }

  /** Counts one more; true if whoever says it does not speak FTP. */
  isTooMuch(word: string, isLoggedIn: boolean): boolean {
    if (OF_THE_WEB.has(word)) return true;
    this.#count += 1;
    return !isLoggedIn && this.#count >= this.#mostBeforeLogin;
  }
}
