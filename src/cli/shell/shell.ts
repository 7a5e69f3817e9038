import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { systemClock } from '../../base/clock.ts';
import { Failure } from '../../base/failure.ts';
import { parsePath, type Path } from '../../base/path.ts';
import { parseAddress, type Place } from '../../client/address/address.ts';
import { TransferFailure } from '../../client/transfer-failure.ts';
import { printable } from '../../telemetry/printable.ts';
import type { AllFlags } from '../transfer/flags.ts';
import { tell } from '../output.ts';
import type { Job } from '../transfer/job.ts';
import { statOf } from '../transfer/glob.ts';
import { Site } from '../transfer/site.ts';
import { Jobs } from './jobs.ts';
import type { Word } from './lexer.ts';
import { ListingCache } from './listing-cache.ts';

/** Connections that a foreground command uses, and as many for those in the background. */
const CONNECTIONS = 8;

/** What the words of a shell work on: a server, a folder there, and what runs in the background. */
export class Shell implements AsyncDisposable {
  readonly flags: AllFlags;
  readonly cache = new ListingCache(systemClock);
  readonly jobs = new Jobs((line) => this.tell(line));
  /** Hears what happens in the background. */
  tell: (line: string) => void = tell;
  /** What was typed, the oldest first. */
  history: readonly string[] = [];
  /** True once somebody wants to leave. */
  isOver = false;
  #visit: { readonly site: Site; cwd: Path } | undefined;

  constructor(flags: AllFlags) {
    this.flags = flags;
  }

  get isOpen(): boolean {
    return this.#visit !== undefined;
  }

  /** @throws Failure `not-found` if no server is open */
  get site(): Site {
    return this.#here().site;
  }

  /** The folder on the server that relative names begin in. */
  get cwd(): Path {
    return this.#here().cwd;
  }

  set cwd(path: Path) {
    this.#here().cwd = path;
  }

  /** `demo@host:/films> ` */
  get prompt(): string {
    if (!this.#visit) return 'carryon> ';
    const { user = 'anonymous', host } = this.site.address;
    return printable(`${user}@${host}:${this.cwd}> `);
  }

  /** Goes to another server. @throws TransferFailure */
  async open(url: string, job: Job): Promise<void> {
    const address = parseAddress(url);
    await this.close();
    await using parts = new AsyncDisposableStack();
    const site = parts.use(await Site.open(address, this.flags, CONNECTIONS, job));
    const cwd = site.path(address.place);
    if (address.place.path !== '' && (await statOf(site, cwd))?.kind !== 'folder') {
      throw new TransferFailure('not-a-folder', `There is no folder ${cwd}`);
    }
    parts.move();
    this.#visit = { site, cwd };
  }

  async close(): Promise<void> {
    const visit = this.#visit;
    this.#visit = undefined;
    this.cache.clear();
    await visit?.site[Symbol.asyncDispose]();
  }

  /** The path on the server that a word means. @throws Failure `name-refused` */
  path(text: string): Path {
    return parsePath(text, this.cwd);
  }

  /** The same as a place, which may be a pattern. */
  place({ text, pattern }: Word): Place {
    return {
      path: inFolder(text, this.cwd),
      pattern: pattern === undefined ? undefined : inFolder(pattern, escaped(this.cwd)),
      isFolder: text === '' || /(?:^|\/)\.{0,2}$/.test(text),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const job of this.jobs.running) job.stop();
    await this.jobs.wait();
    await this.close();
  }

  #here(): { readonly site: Site; cwd: Path } {
    if (this.#visit) return this.#visit;
    throw new Failure('not-found', 'No server is open: open URL');
  }
}

/** A local path as it was typed: `~` is the home, the rest begins where `lcd` has led. */
export function localPath(text: string): string {
  return resolve(text.replace(/^~(?=\/|$)/, homedir()));
}

function inFolder(name: string, folder: string): string {
  return name.startsWith('/') ? name : `${folder === '/' ? '' : folder}/${name}`;
}

function escaped(path: string): string {
  return path.replaceAll(/[\\*?[\](){}!+@|]/g, String.raw`\$&`);
}
