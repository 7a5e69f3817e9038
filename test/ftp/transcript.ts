import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { dirname, join } from 'node:path';
import { parseExtendedPassiveReply, parsePassiveReply } from '../../src/wire/ftp/addresses.ts';
import { type Answers, Conversation } from './answers.ts';
import { listenForData, readAll } from './client.ts';
import { PASSWORD, type Live } from './live.ts';

/**
 * Plays a conversation as RFCs print them against a live server. One line each:
 *
 * - `C: RETR a` sends a line. `\xff`, `\r`, `\n`, `\0`, `\\` are bytes, `{a*9000}` repeats, `{port}`
 *   and `{address}` are where `D: listen` listens, in the forms of EPRT and PORT.
 * - `S: 226 *` is the next line the server says; `*` stands for any text, and `S: ...` for any
 *   number of lines before the one that fits next. `S: (end)`: the server closes its side.
 * - `D: connect` connects to the port of the last 227 or 229; `D: listen` listens and `D: accept`
 *   takes what comes; `D: send hello\r\n`, `D: end`, `D: reset`; `D: expect hello*` reads to the end.
 * - `T: control` and `T: data` put TLS on a connection.
 * - `L: anna` logs in and says TYPE I. `F: /a/b.txt | hello` writes a file on the server's disk.
 * - `C2:`, `S2:` and `D2:` are another visitor's. Empty lines and lines that begin with `#` are
 *   for people.
 */
export async function play(
  live: Live,
  account: string,
  script: string,
  answers: Answers,
): Promise<void> {
  const visitors = new Map<string, Visitor>();
  try {
    for (const [index, line] of script.split('\n').entries()) {
      if (line.trim() === '' || line.startsWith('#')) continue;
      const match = /^([CSDLFT])(\d?): ?(.*)$/.exec(line);
      assert.ok(match, `line ${index + 1} is not of a transcript: ${line}`);
      const [, kind = '', number = '', text = ''] = match;
      try {
        if (kind === 'F') await placeFile(join(live.home(account)), text);
        else await act(await visitorOf(live, visitors, number, answers), kind, text);
      } catch (error) {
        throw new Error(`line ${index + 1}: ${line}\n${String(error)}`, { cause: error });
      }
    }
  } finally {
    for (const visitor of visitors.values()) visitor.close();
  }
}

async function visitorOf(
  live: Live,
  visitors: Map<string, Visitor>,
  number: string,
  answers: Answers,
): Promise<Visitor> {
  const known = visitors.get(number);
  if (known) return known;
  const visitor = await Visitor.come(live, answers);
  visitors.set(number, visitor);
  return visitor;
}

async function act(visitor: Visitor, kind: string, text: string): Promise<void> {
  if (kind === 'C') visitor.say(text);
  else if (kind === 'S') await visitor.hear(text);
  else if (kind === 'L') await visitor.logIn(text);
  else if (kind === 'T') await visitor.secure(text);
  else await visitor.data(text);
}

async function placeFile(home: string, text: string): Promise<void> {
  const [name = '', content = ''] = text.split(' | ');
  await mkdir(dirname(join(home, name)), { recursive: true });
  await writeFile(join(home, name), bytesOf(content));
}

class Visitor {
  #control: Socket;
  #session: Buffer | undefined;
  readonly #conversation: Conversation;
  #lines: string[] = [];
  #rest = '';
  #isEnded = false;
  #wake = (): void => {};
  #skips = false;
  #announced = '';
  #listener: Awaited<ReturnType<typeof listenForData>> | undefined;
  #data: Socket | undefined;

  static async come(live: Live, answers: Answers): Promise<Visitor> {
    const { host, port } = live.server.ftp;
    const socket = connect({ host, port, allowHalfOpen: true });
    await once(socket, 'connect');
    const visitor = new Visitor(socket, new Conversation(answers));
    await visitor.hear('220 *');
    return visitor;
  }

  private constructor(control: Socket, conversation: Conversation) {
    this.#control = control;
    this.#conversation = conversation;
    control.setTimeout(15_000, () => control.destroy());
    this.#listenTo(control);
  }

  #listenTo(control: Socket): void {
    control.on('data', (chunk: Buffer) => {
      const lines = (this.#rest + chunk.toString('latin1')).split('\r\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.#conversation.hears(line);
      this.#lines.push(...lines);
      this.#wake();
    });
    const end = (): void => {
      this.#isEnded = true;
      this.#wake();
    };
    control.on('end', end).on('close', end).on('error', end);
  }

  close(): void {
    this.#control.destroy();
    this.#data?.destroy();
    this.#listener?.[Symbol.dispose]();
  }

  say(text: string): void {
    const port = String(this.#listener?.port ?? 0);
    const filled = repeated(text)
      .replaceAll('{port}', port)
      .replaceAll('{address}', `127,0,0,1,${Number(port) >> 8},${Number(port) & 255}`);
    const bytes = bytesOf(filled);
    this.#conversation.asks(bytes.toString('latin1'));
    this.#control.write(Buffer.concat([bytes, Buffer.from('\r\n')]));
  }

  async hear(pattern: string): Promise<void> {
    if (pattern === '...') {
      this.#skips = true;
      return;
    }
    for (;;) {
      const line = await this.#line();
      if (pattern === '(end)') {
        if (line === undefined) return;
        if (this.#skips) continue;
      }
      assert.ok(line !== undefined, `the server closed the connection instead`);
      if (/^22[79] /.test(line)) this.#announced = line;
      const wanted = patternOf(bytesOf(pattern));
      if (wanted.test(line)) break;
      assert.ok(this.#skips, `the server said: ${JSON.stringify(line)}`);
    }
    this.#skips = false;
  }

  async logIn(account: string): Promise<void> {
    for (const [line, code] of [
      [`USER ${account}`, 331],
      [`PASS ${PASSWORD}`, 230],
      ['TYPE I', 200],
    ] as const) {
      this.say(line);
      await this.hear(`${code} *`);
    }
  }

  /** TLS on the control connection, or on the data connection. */
  async secure(what: string): Promise<void> {
    if (what === 'control') {
      this.#control = await this.#handshake(this.#control.removeAllListeners('data'));
      this.#listenTo(this.#control);
    } else {
      assert.ok(this.#data, 'there is no data connection');
      this.#data = await this.#handshake(this.#data);
    }
  }

  async #handshake(socket: Socket): Promise<TLSSocket> {
    const session = this.#session;
    const secure = connectTls({ socket, rejectUnauthorized: false, ...(session && { session }) });
    secure.on('session', (ticket: Buffer) => {
      this.#session = ticket;
    });
    secure.on('error', () => {});
    await once(secure, 'secureConnect');
    return secure;
  }

  async data(text: string): Promise<void> {
    const [word = ''] = text.split(' ', 1);
    const rest = bytesOf(repeated(text.slice(word.length + 1)));
    switch (word) {
      case 'connect': {
        const port =
          parseExtendedPassiveReply(this.#announced) ?? parsePassiveReply(this.#announced)?.port;
        assert.ok(port, `no port was announced: ${this.#announced}`);
        this.#data = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
        this.#data.on('error', () => {});
        await once(this.#data, 'connect');
        return;
      }
      case 'listen':
        this.#listener?.[Symbol.dispose]();
        this.#listener = await listenForData();
        return;
      case 'accept':
        this.#data = await this.#listener?.connection;
        return;
      case 'send':
        this.#data?.write(rest);
        return;
      case 'end':
        this.#data?.end();
        return;
      case 'reset':
        this.#data?.resetAndDestroy();
        return;
      case 'expect': {
        assert.ok(this.#data, 'there is no data connection');
        const came = (await readAll(this.#data)).toString('latin1');
        assert.match(came, patternOf(rest));
        return;
      }
      default:
        assert.fail(`no such thing: D: ${word}`);
    }
  }

  async #line(): Promise<string | undefined> {
    while (this.#lines.length === 0 && !this.#isEnded) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#lines.shift();
  }
}

/** `*` is any bytes; all others are themselves. */
function patternOf(pattern: Buffer): RegExp {
  const literal = pattern.toString('latin1').split('*').map(escapeRegExp);
  return new RegExp(`^${literal.join('[^]*')}$`);
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

function bytesOf(text: string): Buffer {
  const parts = text.split(/(\\x[0-9a-f]{2}|\\[rn0\\])/i).map((part) => {
    if (/^\\x/i.test(part)) return Buffer.of(Number.parseInt(part.slice(2), 16));
    const known = { '\\r': '\r', '\\n': '\n', '\\0': '\0', '\\\\': '\\' }[part];
    return Buffer.from(known ?? part, 'utf8');
  });
  return Buffer.concat(parts);
}

function repeated(text: string): string {
  return text.replaceAll(/\{(.)\*(\d+)\}/g, (_all, unit: string, count: string) =>
    unit.repeat(Number(count)),
  );
}
