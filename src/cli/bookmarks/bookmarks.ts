import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Failure } from '../../base/failure.ts';
import { formatAddress, parseAddress, SCHEMES } from '../../client/address/address.ts';
import { writeDurably } from '../../client/local/durable.ts';
import { failedWith } from '../../client/local/os-path.ts';
import { asTransferFailure } from '../../client/retry.ts';
import { configPlace } from '../places.ts';

const HEADING = '# name, URL: `name:` stands for the URL, `name:path` for what is below it\n';

/** Two letters at least: one would be a drive of Windows. */
const NAME = /^\w[\w.-]+$/;

/** `films:`, `films:2027/*.mkv`, and `films:/srv` from the root; not `ftp://…`. */
const USE = /^(?<name>\w[\w.-]+):(?!\/\/)(?<inside>.*)$/s;

/** Short names for URLs: a text file, one line each. */
export class Bookmarks {
  readonly #file: string;

  constructor(file = configPlace('bookmarks')) {
    this.#file = file;
  }

  /** Their URLs by their names, in the order of the file. @throws TransferFailure `local-failed` */
  async all(): Promise<ReadonlyMap<string, string>> {
    try {
      const lines = (await readFile(this.#file, 'utf8')).split(/\r?\n/);
      const words = lines.filter((line) => !line.startsWith('#')).map((line) => line.split(/\s+/));
      return new Map(words.flatMap(([name, url]) => (name && url ? [[name, url]] : [])));
    } catch (error) {
      if (failedWith(error, 'ENOENT')) return new Map();
      throw asTransferFailure(error);
    }
  }

  /**
   * Keeps a URL under a name, in place of the one that was there.
   * @throws Failure `name-refused` for what can be no name and for a URL with a password;
   *   TransferFailure `local-failed`
   */
  async add(name: string, url: string): Promise<void> {
    if (!NAME.test(name) || Object.hasOwn(SCHEMES, name.toLowerCase())) {
      throw new Failure(
        'name-refused',
        `"${name}" can be no bookmark: two or more letters, digits, ".", "-" or "_", and no scheme`,
      );
    }
    const { password } = parseAddress(url);
    if (password !== undefined) {
      throw new Failure(
        'name-refused',
        'Bookmarks hold no passwords: leave it out of the URL, and put it in ~/.netrc or use --password-command',
      );
    }
    await this.#write(new Map([...(await this.all()), [name, url]]));
  }

  /** @throws Failure `not-found`; TransferFailure `local-failed` */
  async remove(name: string): Promise<void> {
    const left = new Map(await this.all());
    if (!left.delete(name)) throw new Failure('not-found', `There is no bookmark ${name}`);
    await this.#write(left);
  }

  /** The URL that a word stands for; the word itself if it is no use of a bookmark. */
  async resolve(word: string): Promise<string> {
    const { name = '', inside = '' } = USE.exec(word)?.groups ?? {};
    const url = name === '' ? undefined : (await this.all()).get(name);
    if (url === undefined) return word;
    if (inside === '') return url;
    if (inside.startsWith('/')) return `${formatAddress(parseAddress(url))}%2F${inside.slice(1)}`;
    return `${url.replace(/\/$/, '')}/${inside}`;
  }

  async #write(bookmarks: ReadonlyMap<string, string>): Promise<void> {
    const lines = Array.from(bookmarks, ([name, url]) => `${name} ${url}\n`);
    try {
      await mkdir(dirname(this.#file), { recursive: true, mode: 0o700 });
      await writeDurably(this.#file, HEADING + lines.join(''));
    } catch (error) {
      throw asTransferFailure(error);
    }
  }
}
