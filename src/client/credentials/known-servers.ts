import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { TransferFailure } from '../transfer-failure.ts';
import { parseFingerprint } from './certificates.ts';

const HEADING = '# host:port, SHA-256 of the certificate that was trusted, since when\n';

/** The certificates that somebody has decided to trust: a text file, one line a server. */
export class KnownServers {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** The fingerprint that was trusted there. @throws TransferFailure `local-failed` */
  async find(host: string, port: number): Promise<string | undefined> {
    const name = nameOf(host, port);
    // The last line counts, so that one can be added by hand.
    const line = (await this.#lines()).findLast((one) => one.split(/\s+/)[0] === name);
    return line === undefined ? undefined : parseFingerprint(line.split(/\s+/)[1] ?? '');
  }

  /** Trusts this certificate there from now on. @throws TransferFailure `local-failed` */
  async remember(host: string, port: number, fingerprint: string, now: number): Promise<void> {
    const name = nameOf(host, port);
    const others = (await this.#lines()).filter((one) => one.split(/\s+/)[0] !== name);
    const lines = [...others, `${name} ${fingerprint} ${new Date(now).toISOString()}`];
    const part = `${this.#file}.${randomBytes(4).toString('hex')}`;
    try {
      await mkdir(dirname(this.#file), { recursive: true, mode: 0o700 });
      await using handle = await open(part, 'wx', 0o600);
      await handle.writeFile(`${HEADING}${lines.join('\n')}\n`);
      await handle.sync();
      await rename(part, this.#file);
    } catch (error) {
      throw new TransferFailure('local-failed', `${this.#file} cannot be written`, {
        cause: error,
      });
    }
  }

  async #lines(): Promise<readonly string[]> {
    try {
      const text = await readFile(this.#file, 'utf8');
      return text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
      // Going on as if nothing were known would let a changed certificate look like a new one.
      throw new TransferFailure('local-failed', `${this.#file} cannot be read`, { cause: error });
    }
  }
}

function nameOf(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
