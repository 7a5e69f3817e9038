import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { runClient, succeeded } from '../peers/support/process.ts';
import { skipWithout } from '../support/peers.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { Client, readAll } from './client.ts';
import { type Live, PASSWORD, startLive } from './live.ts';

/** Where clients come from that write GBK, without anybody having said so. */
const GBK = '127.0.0.8';

/** As a client of Windows in China writes these. */
const CHINESE = { text: '中文', bytes: Buffer.from('d6d0cec4', 'hex') };

function line(word: string, name: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${word} `), name, Buffer.from('\r\n')]);
}

/** What a listing verb sends, as bytes. */
async function listing(client: Client, verb: string): Promise<Buffer> {
  const data = await client.data(undefined, client.socket.localAddress);
  client.send(verb);
  await client.reply(150);
  const bytes = await readAll(data);
  await client.reply(226);
  return bytes;
}

suite('clients that know no UTF-8', () => {
  let live: Live;
  before(async () => {
    live = await startLive({ flags: { ftpCharsetByNetwork: `${GBK}=gbk` } });
    await live.addAccount('gb', { charset: 'gb18030' });
    await live.addAccount('big', { charset: 'big5' });
    await live.addAccount('japan', { charset: 'shift-jis' });
    await live.addAccount('west', { charset: 'latin1' });
    await live.addAccount('modern', { charset: 'utf-8' });
  });
  after(() => live[Symbol.asyncDispose]());

  async function enter(account: string, from = '127.0.0.1'): Promise<Client> {
    const client = await Client.connect(live.server.ftp, from);
    await client.reply(220);
    await client.say(`USER ${account}`, 331);
    await client.say(`PASS ${PASSWORD}`, 230);
    await client.say('TYPE I', 200);
    return client;
  }

  const SPELLINGS = [
    ['gb', '中文\u{1f600}', 'd6d0cec49439fc36'],
    ['big', '許功蓋', 'b35ca55cbb5c'],
    ['japan', '表ソ十', '955c835c8f5c'],
    ['west', 'Größe', '4772f6df65'],
  ] as const;
  for (const [account, text, hex] of SPELLINGS) {
    test(`${text} comes in and goes out as ${account} writes it, and is UTF-8 inside`, async () => {
      await using client = await enter(account);
      const name = Buffer.from(hex, 'hex');
      client.socket.write(line('MKD', name));
      await client.reply(257);
      assert.deepEqual(await readdir(live.home(account)), [text]);
      for (const verb of ['LIST', 'NLST', 'MLSD']) {
        assert.ok((await listing(client, verb)).includes(name), verb);
      }
      client.socket.write(line('CWD', name));
      await client.reply(250);
      client.socket.write('PWD\r\n');
      const { lines } = await client.reply(257);
      // The test's own client reads replies as UTF-8: what is none comes as lone surrogates.
      assert.ok(!lines.join('').includes(text));
      client.socket.write(line('RMD', Buffer.concat([Buffer.from('/'), name])));
      await client.reply(250);
    });
  }

  test('what the charset cannot write is spelled out, and breaks nothing beside it', async () => {
    await mkdir(live.home('west'), { recursive: true });
    for (const name of ['été', '中文', 'plain']) await writeFile(join(live.home('west'), name), '');
    await using client = await enter('west');
    const names = (await listing(client, 'NLST')).toString('latin1').trim().split('\r\n');
    assert.deepEqual(names.toSorted(), ['%E4%B8%AD%E6%96%87', 'plain', 'été']);
    assert.equal((await listing(client, 'MLSD')).toString('latin1').trim().split('\r\n').length, 3);
  });

  test('a network says it where no account does, and an account says otherwise', async () => {
    await using client = await enter('anna', GBK);
    client.socket.write(line('MKD', CHINESE.bytes));
    await client.reply(257);
    assert.deepEqual(await readdir(live.home('anna')), [CHINESE.text]);
    await client.say('RMD 中文', 550);
    client.socket.write(line('RMD', CHINESE.bytes));
    await client.reply(250);
    await using modern = await enter('modern', GBK);
    await modern.say(`MKD ${CHINESE.text}`, 257);
    assert.deepEqual(await readdir(live.home('modern')), [CHINESE.text]);
  });

  test('OPTS UTF8 ON is believed, and OFF goes back', async () => {
    await using client = await enter('gb');
    assert.match(await client.say('OPTS UTF8 ON', 200), /UTF-8/);
    await client.say('MKD größe', 257);
    assert.deepEqual(await readdir(live.home('gb')), ['größe']);
    assert.equal((await listing(client, 'NLST')).toString(), 'größe\r\n');
    assert.match(await client.say('OPTS UTF8 OFF', 200), /GB18030/);
    assert.notEqual((await listing(client, 'NLST')).toString(), 'größe\r\n');
    await client.say('OPTS UTF8 ON', 200);
    await client.say('RMD größe', 250);
  });

  test('who says UTF-8 and writes something else is understood, and answered in that', async () => {
    await using client = await enter('gb');
    await client.say('OPTS UTF8 ON', 200);
    client.socket.write(line('MKD', CHINESE.bytes));
    await client.reply(257);
    assert.deepEqual(await readdir(live.home('gb')), [CHINESE.text]);
    assert.deepEqual(await listing(client, 'NLST'), Buffer.from('d6d0cec40d0a', 'hex'));
    client.socket.write(line('RMD', CHINESE.bytes));
    await client.reply(250);
  });

  test('from all others what is no UTF-8 is refused for new names, and changes nothing', async () => {
    await using client = await enter('anna');
    const before = await readdir(live.home('anna')).catch(() => []);
    for (const word of ['MKD', 'STOR']) {
      if (word === 'STOR') await client.passive();
      client.socket.write(line(word, CHINESE.bytes));
      const { code } = await client.reply();
      assert.equal(code, word === 'MKD' ? 550 : 553);
    }
    await client.say('OPTS UTF8 OFF', 504);
    assert.deepEqual(await readdir(live.home('anna')).catch(() => []), before);
  });

  test('no charset leads out of the home', async () => {
    await using client = await enter('japan');
    for (const hex of ['2e2e2f78', '955c2f2e2e2f2e2e2f78', '812f2e2e', '8f2f2e2e2f2e2e2f6574']) {
      client.socket.write(line('MKD', Buffer.from(hex, 'hex')));
      const { code } = await client.reply();
      assert.ok(code === 550 || code === 553, `${hex}: ${code}`);
    }
  });

  test("Python's ftplib with encoding='gbk'", { skip: skipWithout('python3') }, async () => {
    const script = `
import ftplib, io, sys
ftp = ftplib.FTP(timeout=60, encoding='gbk')
ftp.connect('127.0.0.1', int(sys.argv[1]), source_address=('${GBK}', 0))
ftp.login('anna', '${PASSWORD}')
ftp.mkd('目录')
ftp.cwd('目录')
assert ftp.pwd() == '/目录', ftp.pwd()
ftp.storbinary('STOR 文件 一.txt', io.BytesIO(b'content'))
assert ftp.nlst() == ['文件 一.txt'], ftp.nlst()
assert [name for name, facts in ftp.mlsd()] == ['文件 一.txt']
rows = []
ftp.retrlines('LIST', rows.append)
assert rows[0].endswith(' 文件 一.txt'), rows
got = []
ftp.retrbinary('RETR 文件 一.txt', got.append)
assert b''.join(got) == b'content'
ftp.rename('文件 一.txt', '报告.txt')
print(ftp.size('报告.txt'))
`;
    const { port } = live.server.ftp;
    const result = await runClient('python3', ['-c', script, String(port)]);
    assert.equal(succeeded(result).trim(), '7');
    const kept = join(live.home('anna'), '目录', '报告.txt');
    assert.equal(await readFile(kept, 'utf8'), 'content');
  });

  test('curl with a name in GBK', { skip: skipWithout('curl') }, async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'file');
    await writeFile(file, 'by curl');
    const { port } = live.server.ftp;
    const url = `ftp://127.0.0.1:${port}/%B1%A8%B8%E6`;
    const common = ['-q', '-sS', '--interface', GBK, '-u', `anna:${PASSWORD}`];
    succeeded(await runClient('curl', [...common, '-T', file, url]));
    assert.equal(await readFile(join(live.home('anna'), '报告'), 'utf8'), 'by curl');
    assert.equal(succeeded(await runClient('curl', [...common, url])), 'by curl');
  });
});
