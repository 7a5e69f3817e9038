import { once } from 'node:events';
import type { Socket } from 'node:net';
import { decodeName } from '../../src/base/name.ts';
import { parseFacts } from '../../src/wire/ftp/facts.ts';
import { parseListing } from '../../src/wire/ftp/parse-listing.ts';
import type { Reply } from '../../src/wire/ftp/reply.ts';
import { Client, listenForData } from '../ftp/client.ts';
import { type Conversation, END, type Reading, type Step } from './conversation.ts';
import { effectOf, place } from './effect.ts';
import type { Host } from './hosts.ts';

/** What one server made of a conversation. */
export interface Outcome {
  /** For each step the codes of its replies, `150+226`, with what has to be the same behind them. */
  readonly heard: readonly string[];
  /** What lies in the folder afterwards. */
  readonly effect: readonly string[];
}

/** Has a conversation in a folder of its own. @param number makes the folder's name */
export async function talk(
  host: Host,
  conversation: Conversation,
  number: number,
): Promise<Outcome> {
  const name = `c${number}`;
  const folder = await place(host, name, conversation.placed ?? {});
  const here = `${host.place}/${name}`;
  await using client = await Client.connect({ host: '127.0.0.1', port: host.port });
  await client.reply(220);
  if (conversation.loggedIn !== false) {
    for (const line of [`USER ${host.user}`, `PASS ${host.password}`]) await client.say(line);
    await client.say(`CWD ${here}`, 250);
    await client.say('TYPE I', 200);
  }
  const fill = (text: string): string =>
    text
      .replaceAll('{here}', here)
      .replaceAll('{user}', host.user)
      .replaceAll('{password}', host.password);
  const heard: string[] = [];
  for (const step of conversation.steps) {
    const said = await act(client, step, fill).catch(() => '(end)');
    // A reset that follows a reply may have taken the reply with it, so that one does not count.
    if (said === '(end)' && step !== END && heard.at(-1) !== said) heard.splice(-1, 1, said);
    heard.push(said.replaceAll(here, '{here}'));
  }
  client.socket.end();
  return { heard, effect: await effectOf(Buffer.from(folder), conversation) };
}

async function act(client: Client, step: Step, fill: (text: string) => string): Promise<string> {
  if (typeof step === 'string') {
    client.send(fill(step));
    return answer(client);
  }
  switch (step.kind) {
    case 'raw':
      client.socket.write(step.bytes);
      return answersBeforeSyst(client);
    case 'fetch': {
      const data = await client.data();
      client.send(fill(step.line));
      return takeAll(client, data, step.reading);
    }
    case 'store': {
      const data = await client.data();
      client.send(fill(step.line));
      return answer(client, () => data.end(step.content));
    }
    case 'active': {
      using listener = await listenForData();
      const { port } = listener;
      client.send(
        step.where
          .replace('{port}', String(port))
          .replace('{address}', `127,0,0,1,${port >> 8},${port & 255}`),
      );
      const first = await answer(client);
      if (!first.startsWith('2')) return first;
      client.send(fill(step.line));
      const bytes = listener.connection.then(bytesOf);
      const codes = await answer(client);
      return `${first} ${codes} ${shown(await bytes, 'bytes')}`;
    }
    case 'end':
      await client.ended();
      return '(end)';
  }
}

/** The codes up to that of SYST. */
async function answersBeforeSyst(client: Client): Promise<string> {
  const codes: string[] = [];
  for (;;) {
    const reply = await client.reply().catch(() => undefined);
    if (reply?.code === 215) return codes.join(' ') || '(nothing)';
    codes.push(reply === undefined ? '(end)' : codeOf(reply));
    if (reply === undefined) return codes.join(' ');
  }
}

/** The codes up to the final one. @param onOpening what to do when a transfer begins */
async function answer(client: Client, onOpening = (): void => {}): Promise<string> {
  const codes: string[] = [];
  for (;;) {
    const reply = await client.reply();
    codes.push(codeOf(reply));
    if (reply.code >= 200) return codes.join('+');
    onOpening();
  }
}

/** Of 257, where the text is for programs, the path stands behind the code. */
function codeOf({ code, lines }: Reply): string {
  const quoted = code === 257 ? /"(.*)"/s.exec(lines.join(' '))?.[1] : undefined;
  // Which of the two says that a transfer begins depends on which side was faster.
  const shownCode = code === 125 ? 150 : code;
  return quoted === undefined ? String(shownCode) : `${code} "${quoted}"`;
}

async function takeAll(client: Client, data: Socket, reading: Reading): Promise<string> {
  const bytes = bytesOf(data);
  const codes = await answer(client);
  // Where nothing was begun, the server may leave the connection open.
  if (!codes.startsWith('1')) data.destroy();
  return codes.startsWith('1') ? `${codes} ${shown(await bytes, reading)}`.trim() : codes;
}

async function bytesOf(data: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  data.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => data.end());
  await once(data, 'close').catch(() => undefined);
  return Buffer.concat(chunks);
}

function shown(bytes: Buffer, reading: Reading): string {
  const text = decodeName(bytes);
  const lines = text.split('\r\n').slice(0, -1);
  switch (reading) {
    case 'bytes':
      return JSON.stringify(text);
    case 'lines':
      return JSON.stringify(lines.toSorted());
    case 'names':
      return JSON.stringify(namesIn(lines).toSorted());
    case 'nothing':
      return '';
  }
}

/** The names in lines of LIST, NLST or MLSD; a folder's own and the one above are no entries. */
function namesIn(lines: readonly string[]): string[] {
  const facts = lines.map((line) => (/^[^ ]+=[^ ]*; /.test(line) ? parseFacts(line) : undefined));
  if (lines.length > 0 && facts.every((each) => each !== undefined)) {
    return facts
      .filter((each) => !/^[cp]dir$/.test(each?.facts.get('type') ?? ''))
      .map((each) => each?.name ?? '');
  }
  const { entries, refused } = parseListing(lines, Date.now());
  const names = [...entries.map(({ name }) => name), ...refused];
  return names.filter((name) => name !== '.' && name !== '..');
}
