import assert from 'node:assert/strict';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { Pipe } from '../../src/protocols/ftp/tls/pipe.ts';
import type { Client } from '../ftp/client.ts';
import type { Live } from '../ftp/live.ts';
import { randomBytesOf, sha256, sha256File } from '../peers/support/content.ts';
import { until } from '../peers/support/wait.ts';

const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;

interface Sender {
  readonly client: Client;
  readonly raw: Socket;
  readonly data: TLSSocket;
  readonly content: Buffer;
}

interface Manner {
  readonly act: (sender: Sender) => Promise<void>;
  /** What has to be under the final name: all of it, or nothing. */
  readonly expected: 'whole' | 'nothing';
  /** It waits for the reply, and this is the one. */
  readonly reply?: number;
}

/** How senders behave. None of them reads anything on the data connection before its end. */
const MANNERS: Readonly<Record<string, Manner>> = {
  'says close_notify and waits': {
    act: async ({ data, content }) => {
      data.end(content);
    },
    expected: 'whole',
    reply: 226,
  },
  'says close_notify and closes with everything unread': {
    act: async ({ data, raw, content }) => {
      data.end(content);
      await once(data, 'finish');
      raw.pause();
      raw.destroySoon();
    },
    expected: 'whole',
    reply: 226,
  },
  'says close_notify and is gone, its control connection too': {
    act: async ({ data, raw, client, content }) => {
      data.end(content);
      await once(data, 'finish');
      raw.destroySoon();
      client.socket.destroy();
    },
    expected: 'whole',
  },
  'is slow, and ends in order': {
    act: async ({ data, content }) => {
      const piece = Math.ceil(content.length / 20);
      for (let at = 0; at < content.length; at += piece) {
        data.write(content.subarray(at, at + piece));
        await sleep(10);
      }
      data.end();
    },
    expected: 'whole',
    reply: 226,
  },
  'is reset in the middle': {
    act: async ({ data, raw, content }) => {
      await written(data, content.subarray(0, content.length / 2));
      raw.resetAndDestroy();
    },
    expected: 'nothing',
    reply: 426,
  },
  'is killed in the middle': {
    act: async ({ data, raw, client, content }) => {
      await written(data, content.subarray(0, content.length / 2));
      client.socket.destroy();
      raw.destroy();
    },
    expected: 'nothing',
  },
  'is killed before close_notify': {
    act: async ({ data, raw, client, content }) => {
      await written(data, content);
      client.socket.destroy();
      raw.destroy();
    },
    expected: 'nothing',
  },
};

export interface UploadsOptions {
  readonly live: Live;
  readonly count: number;
  readonly bytes: number;
  /** How many at a time: the more, the slower the server reads each. */
  readonly parallel: number;
}

export interface UploadsResult {
  readonly byManner: Readonly<Record<string, number>>;
  readonly whole: number;
  readonly withheld: number;
  /** One sentence each. */
  readonly wrong: readonly string[];
}

/** Uploads that end in every manner over both versions of TLS, each with a full handshake and with a resumed one. */
export async function runUploads(options: UploadsOptions): Promise<UploadsResult> {
  const { live, count, bytes, parallel } = options;
  const content = randomBytesOf('tls uploads', bytes);
  const digest = sha256(content);
  const manners = Object.entries(MANNERS);
  const byManner: Record<string, number> = {};
  const wrong: string[] = [];
  let [next, whole, withheld] = [0, 0, 0];

  const one = async (index: number): Promise<void> => {
    const [name, manner] = manners[index % manners.length]!;
    const version = VERSIONS[Math.floor(index / manners.length) % VERSIONS.length]!;
    const afresh = Math.floor(index / manners.length / VERSIONS.length) % 2 === 0;
    byManner[name] = (byManner[name] ?? 0) + 1;
    const file = `upload-${index}`;
    await using client = await live.logInTls({ tls: { minVersion: version, maxVersion: version } });
    const sender = await begin({ client, content, file, version, afresh });
    await manner.act(sender);
    if (manner.reply !== undefined) await client.reply(manner.reply);
    await ended(live, file);
    const path = join(live.home('anna'), file);
    const size = (await stat(path).catch(() => undefined))?.size;
    if (manner.expected === 'nothing') {
      assert.equal(size, undefined, 'it was published');
      withheld += 1;
    } else {
      assert.equal(size, bytes, 'it is not as long as it was');
      assert.equal(await sha256File(path), digest, 'it is another content');
      whole += 1;
    }
  };
  const work = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      await one(index).catch((error: Error) => {
        wrong.push(`${index}, who ${manners[index % manners.length]?.[0]}: ${error.message}`);
      });
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return { byManner, whole, withheld, wrong };
}

interface Beginning {
  readonly client: Client;
  readonly content: Buffer;
  readonly file: string;
  readonly version: (typeof VERSIONS)[number];
  readonly afresh: boolean;
}

async function begin({ client, content, file, version, afresh }: Beginning): Promise<Sender> {
  const raw = await client.data();
  client.send(`STOR ${file}`);
  await client.reply(150);
  const { session } = client;
  const data = connect({
    socket: new Pipe(raw, 'control'),
    rejectUnauthorized: false,
    minVersion: version,
    maxVersion: version,
    ...(session && !afresh && { session }),
  });
  data.on('error', () => {});
  await once(data, 'secureConnect');
  return { client, raw, data, content };
}

function written(data: TLSSocket, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    data.write(bytes, () => resolve());
  });
}

/** Waits until the transfer log tells how an upload ended. */
async function ended(live: Live, file: string): Promise<void> {
  await until(`${file} has ended`, () => live.transferred(`/${file}`));
}
