import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { Hosts } from '../../src/protocols/ftp/hosts.ts';
import { FTP_DEFAULTS } from '../../src/protocols/ftp/options.ts';
import { FtpServer } from '../../src/protocols/ftp/server.ts';
import { MemoryStore } from '../../src/storage/memory/memory-store.ts';
import { Client } from '../ftp/client.ts';
import { openReception, PASSWORD } from '../session/reception.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { hangingDisk } from './hanging.ts';
import { noise } from './noise.ts';
import { assertCode, assertSame, fetch, send, Site } from './site.ts';

const BYTES = noise('hanging', 300_000);
const SMALL = noise('small', 3000);

/** Each call of a store, and what a visitor does that comes to it. */
const CALLS: Readonly<Record<string, (client: Client) => Promise<number>>> = {
  stat: async (client) => (await said(client, 'SIZE there')).code,
  openFile: async (client) => (await got(client, 'RETR there')).code,
  list: async (client) => (await got(client, 'MLSD')).code,
  makeFolder: async (client) => (await said(client, 'MKD folder')).code,
  removeFile: async (client) => (await said(client, 'DELE gone')).code,
  move: async (client) => {
    await client.say('RNFR moved', 350);
    return (await said(client, 'RNTO else')).code;
  },
  stage: async (client) => (await send(client, 'STOR staged', BYTES)).code,
  write: async (client) => (await send(client, 'STOR written', BYTES)).code,
  sync: async (client) => (await send(client, 'STOR synced', SMALL)).code,
  publish: async (client) => (await send(client, 'STOR published', BYTES)).code,
  read: async (client) => (await got(client, 'RETR there')).code,
};

suite('a disk that hangs', { timeout: 60_000 }, () => {
  for (const [call, work] of Object.entries(CALLS)) {
    test(`in ${call} holds up whoever called, and nobody else`, async () => {
      const disk = hangingDisk(new MemoryStore(), 'homes/stuck');
      await using parts = new AsyncDisposableStack();
      const reception = parts.use(await openReception({ store: disk.store }));
      for (const name of ['stuck', 'other']) await reception.add(name);
      const server = parts.use(await listen(reception.desk));
      const logIn = (name: string) => visit(parts, server, name);
      const stuck = await logIn('stuck');
      for (const name of ['there', 'gone', 'moved']) {
        assertCode(await send(stuck, `STOR ${name}`, SMALL), 226);
      }
      disk.hang(call);
      const pending = work(stuck);
      await disk.hanging();

      // Of the same account, on the same disk.
      const beside = await logIn('stuck');
      await beside.say('NOOP', 200);
      await beside.say('PWD', 257);
      // Of another, with everything there is.
      const other = await logIn('other');
      assertCode(await send(other, 'STOR here', BYTES), 226);
      assertSame(await fetch(other, 'here'), BYTES);
      await other.say('SIZE here', 213);
      await other.say('MKD folder', 257);
      await other.say('DELE here', 250);

      disk.release();
      assert.ok((await pending) < 400, 'it goes on when the disk does');
    });
  }
});

suite('the process that serves', () => {
  const skip = process.platform === 'linux' ? false : 'Linux shows the threads of a process';
  test(
    'has more threads for calls to the disk than a few hanging ones can hold',
    { skip },
    async () => {
      await using folder = await temporaryFolder();
      await using site = await Site.open(folder.path);
      await site.assertServes();
      const tasks = `/proc/${site.server.pid}/task`;
      const names = readdirSync(tasks).map((task) =>
        readFileSync(join(tasks, task, 'comm'), 'utf8'),
      );
      assert.ok(
        names.filter((name) => name.startsWith('libuv-worker')).length >= 16,
        names.join(''),
      );
    },
  );
});

async function listen(reception: Parameters<typeof FtpServer.listen>[0]['reception']) {
  const listen = [{ host: '127.0.0.1', port: 0, implicit: false }];
  const options = { ...FTP_DEFAULTS, listen };
  const hosts = await Hosts.open({ names: [], folder: undefined, encrypts: false }, silentLog);
  return FtpServer.listen({ reception, clock: systemClock, log: silentLog, hosts, options });
}

async function visit(
  parts: AsyncDisposableStack,
  { address }: FtpServer,
  name: string,
): Promise<Client> {
  const client = parts.use(await Client.connect(address));
  await client.reply(220);
  await client.say(`USER ${name}`, 331);
  await client.say(`PASS ${PASSWORD}`, 230);
  await client.say('TYPE I', 200);
  return client;
}

function said(client: Client, line: string) {
  client.send(line);
  return client.reply();
}

async function got(client: Client, command: string) {
  const data = await client.data();
  data.resume();
  client.send(command);
  const first = await client.reply();
  return first.code === 150 ? client.reply() : first;
}
