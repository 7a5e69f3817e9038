import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { ReplyParser, type Reply } from '../../../../src/wire/ftp/reply.ts';
import { parseExtendedPassiveReply } from '../../../../src/wire/ftp/addresses.ts';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { startClient, type RunningClient } from '../process.ts';
import { until } from '../wait.ts';
import type { TlsClient, TlsLogin } from './client.ts';

/** `openssl s_client`, one process for each connection, and a file that holds the session. */
export const S_CLIENT: TlsClient = {
  needs: ['openssl'],
  work: async (login, { path, whole, half, got, gotHalf }) => {
    await using control = await Control.open(login, `${got}.session`);
    await control.send(`STOR ${path}`, await readFile(half));
    const start = (await stat(half)).size;
    const content = await readFile(whole);
    await control.say(`REST ${start}`, 350);
    await control.send(`STOR ${path}`, content.subarray(start));
    await writeFile(got, await control.fetch(`RETR ${path}`));
    await control.say(`REST ${start}`, 350);
    await writeFile(gotHalf, await control.fetch(`RETR ${path}`), { flag: 'a' });
    return (await control.fetch('LIST')).toString();
  },
};

class Control implements AsyncDisposable {
  readonly #login: TlsLogin;
  readonly #session: string;
  readonly #client: RunningClient;
  readonly #replies: Reply[] = [];

  static async open(login: TlsLogin, session: string): Promise<Control> {
    const control = new Control(login, session);
    // With AUTH, openssl reads the greeting itself.
    if (login.implicit) await control.#reply(220);
    await control.say(`USER ${login.name}`, 331);
    await control.say(`PASS ${login.password}`, 230);
    await control.say('PBSZ 0', 200);
    await control.say('PROT P', 200);
    await control.say('TYPE I', 200);
    return control;
  }

  private constructor(login: TlsLogin, session: string) {
    this.#login = login;
    this.#session = session;
    const how = login.implicit ? [] : ['-starttls', 'ftp'];
    const args = [...argumentsFor(login, login.port), ...how, '-sess_out', session];
    this.#client = startClient('openssl', args);
    const parser = new ReplyParser({ maxBytes: 65_536 });
    this.#client.child.stdout.on('data', (text: string) => {
      this.#replies.push(...parser.push(Buffer.from(text)));
    });
  }

  async say(line: string, code: number): Promise<string> {
    this.#client.child.stdin.write(`${line}\r\n`);
    return (await this.#reply(code)).lines.join('\n');
  }

  async send(command: string, bytes: Buffer): Promise<void> {
    const data = await this.#begin(command);
    const gone = once(data, 'close');
    data.stdout.resume();
    data.stderr.resume();
    data.stdin.end(bytes);
    await Promise.all([this.#reply(226), gone]);
  }

  async fetch(command: string): Promise<Buffer> {
    const data = await this.#begin(command);
    const chunks: Buffer[] = [];
    for await (const chunk of data.stdout) chunks.push(chunk as Buffer);
    await this.#reply(226);
    return Buffer.concat(chunks);
  }

  async #begin(command: string) {
    const port = parseExtendedPassiveReply(await this.say('EPSV', 229));
    assert.ok(port);
    this.#client.child.stdin.write(`${command}\r\n`);
    const args = [...argumentsFor(this.#login, port), '-no_ign_eof', '-nocommands'];
    const data = spawn('openssl', [...args, '-sess_in', this.#session]);
    data.stdin.on('error', () => {});
    await this.#reply(150);
    return data;
  }

  async #reply(code: number): Promise<Reply> {
    const { output } = this.#client;
    const reply = await until(`a reply (${output.stderr})`, async () => this.#replies.shift());
    assert.equal(reply.code, code, reply.lines.join(' | '));
    return reply;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.kill();
  }
}

function argumentsFor({ version }: TlsLogin, port: number): string[] {
  const only = `-tls${version.replace('.', '_')}`;
  return ['s_client', '-connect', `127.0.0.1:${port}`, only, '-quiet'];
}
