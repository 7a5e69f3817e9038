import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { LineDecoder } from '../../../src/wire/ftp/lines.ts';

/** What a scripted server answers to a verb: text to be sent as it is, or nothing. */
export type Answer = (
  visit: ScriptedVisit,
  argument: string,
) => string | undefined | Promise<string | undefined>;

/** Verbs, and `greeting`, whose answers differ from those of an ordinary small server. */
export type Script = Readonly<Record<string, Answer>>;

/** A server that says what a test wants it to. */
export interface ScriptedServer extends AsyncDisposable {
  readonly port: number;
  /** All lines that came, of all connections. */
  readonly heard: string[];
}

const ORDINARY: Script = {
  greeting: () => '220 Hello\r\n',
  USER: () => '331 Password\r\n',
  PASS: () => '230 In\r\n',
  FEAT: () => '211-Features\r\n MLST type*;size*;modify*;\r\n REST STREAM\r\n SIZE\r\n211 End\r\n',
  TYPE: () => '200 ok\r\n',
  PWD: () => '257 "/"\r\n',
  NOOP: () => '200 ok\r\n',
  SIZE: () => '213 5\r\n',
  REST: () => '350 ok\r\n',
  EPSV: async (visit) => `229 (|||${await visit.listen()}|)\r\n`,
  PASV: async (visit) => passive(await visit.listen()),
  CWD: () => '250 ok\r\n',
  MLST: () => '550 nothing\r\n',
  MLSD: (visit) => visit.give('type=file;size=1; a\r\n'),
  LIST: (visit) => visit.give('-rw-r--r-- 1 o g 1 Jan  1  2020 a\r\n'),
  RETR: (visit) => visit.give('hello'),
  STOR: (visit) => visit.take(),
  QUIT: () => '221 bye\r\n',
};

/** The text of a 227 for a port of this machine, or of another host. */
export function passive(port: number, host = '127,0,0,1'): string {
  return `227 (${host},${port >> 8},${port & 0xff})\r\n`;
}

export class ScriptedVisit {
  readonly control: Socket;
  /** The data connection that was agreed upon last. */
  arrival = new Promise<Socket>(() => {});
  /** What the last upload brought. */
  received = Buffer.alloc(0);
  #data: Server | undefined;

  constructor(control: Socket) {
    this.control = control;
  }

  /** Waits for one data connection. */
  async listen(): Promise<number> {
    this.#data?.close();
    const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
    this.#data = server;
    await once(server, 'listening');
    this.arrival = once(server, 'connection').then(([socket]: Socket[]) => {
      server.close();
      if (!socket) throw new Error('no data connection');
      return socket.on('error', () => {});
    });
    this.arrival.catch(() => {});
    return (server.address() as AddressInfo).port;
  }

  /** Sends a whole transfer. */
  async give(bytes: string | Buffer, last = '226 done\r\n'): Promise<string> {
    const socket = await this.arrival;
    this.control.write('150 here it comes\r\n');
    socket.end(bytes);
    await once(socket, 'finish');
    return last;
  }

  async take(last = '226 done\r\n'): Promise<string> {
    const socket = await this.arrival;
    this.control.write('150 send it\r\n');
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    socket.end();
    this.received = Buffer.concat(chunks);
    return last;
  }

  close(): void {
    this.#data?.close();
    this.control.destroy();
  }
}

/** Starts one; what the script does not say is said as an ordinary server would. */
export async function startScripted(script: Script = {}): Promise<ScriptedServer> {
  const answers = new Map(Object.entries({ ...ORDINARY, ...script }));
  const heard: string[] = [];
  const visits = new Set<ScriptedVisit>();
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.on('connection', (control) => void serve(control));

  async function serve(control: Socket): Promise<void> {
    const visit = new ScriptedVisit(control);
    visits.add(visit);
    control.on('error', () => {});
    const say = async (verb: string, argument: string): Promise<void> => {
      const answer = answers.get(verb) ?? (() => '502 not here\r\n');
      const text = await answer(visit, argument);
      if (text !== undefined && !control.destroyed) control.write(text);
      if (verb === 'QUIT') control.end();
    };
    const decoder = new LineDecoder();
    try {
      await say('greeting', '');
      for await (const chunk of control) {
        for (const event of decoder.push(chunk as Buffer)) {
          if (event.kind !== 'line') continue;
          heard.push(event.text);
          const [verb = '', ...words] = event.text.split(' ');
          await say(verb.toUpperCase(), words.join(' '));
        }
      }
    } catch {
      // The client has had enough, which is what most tests want to see.
    } finally {
      visit.close();
    }
  }

  return {
    port: (server.address() as AddressInfo).port,
    heard,
    [Symbol.asyncDispose]: async () => {
      for (const visit of visits) visit.close();
      server.close();
      await once(server, 'close');
    },
  };
}
