import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import { skipWithout } from '../support/peers.ts';
import { randomBytesOf, sha256, sha256File } from './support/content.ts';
import { askFtplib } from './support/ftplib.ts';
import { lftp, startLftp, word } from './support/lftp.ts';
import { succeeded } from './support/process.ts';
import { Site, type Login } from './support/site.ts';
import { sizeOf } from './support/cuts.ts';
import { until } from './support/wait.ts';

const FILE_BYTES = 6_000_011;
const MODE_Z = ['set ftp:use-mode-z yes', 'set ftp:compressed-re ""'];

/** Python has no MODE Z of its own: these are all the steps of it. */
const BY_HAND = `
import zlib
ftp.voidcmd('TYPE I')
assert 'MODE Z' in ftp.sendcmd('FEAT')
ftp.voidcmd('MODE Z')
ftp.voidcmd('OPTS MODE Z LEVEL 9')
content = open(args['source'], 'rb').read()

def put(command, wire):
    with ftp.transfercmd(command) as data:
        data.sendall(wire)
    return ftp.getresp()

def get(command):
    data = ftp.transfercmd(command)
    wire = b''.join(iter(lambda: data.recv(65536), b''))
    data.close()
    ftp.voidresp()
    return wire

flat = zlib.compressobj()
wire = flat.compress(content)
flushed = wire + flat.flush(zlib.Z_SYNC_FLUSH)
try:
    print('not to be taken:', put('STOR flushed', flushed))
except ftplib.error_temp as error:
    cut = str(error)[:3]
kept = ftp.size('flushed')
put('STOR whole', flushed + flat.flush())
back = zlib.decompress(get('RETR whole'))
listed = zlib.decompress(get('NLST')).decode()
print(json.dumps([cut, kept, back == content, 'whole' in listed]))
`;

suite('MODE Z', { timeout: 120_000 }, () => {
  const content = Buffer.concat([
    randomBytesOf('mode-z', FILE_BYTES / 2),
    Buffer.alloc(FILE_BYTES / 2, 'lines of text\n'),
  ]);
  const digest = sha256(content);
  let site: Site;
  let ann: Login;

  before(async () => {
    site = await Site.open({ args: ['--uploads-checkpoint', '256KiB'] });
    ann = site.as('ann');
    await writeFile(site.local('source'), content);
  });
  after(() => site[Symbol.asyncDispose]());

  test('of lftp, both ways and in listings', { skip: skipWithout('lftp') }, async () => {
    const talk = await lftp(
      ann,
      'debug 4',
      ...MODE_Z,
      `put ${word(site.local('source'))} -o there`,
      `get there -o ${word(site.local('back'))}`,
      'cls -1',
    );
    const lines = succeeded(talk);
    assert.equal(await sha256File(site.inHome('ann', 'there')), digest);
    assert.equal(await sha256File(site.local('back')), digest);
    assert.match(lines, /^there$/m);
    assert.match(talk.stderr, /MODE Z/);
  });

  test('of lftp, killed and continued both ways', { skip: skipWithout('lftp') }, async () => {
    const put = `${word(site.local('source'))} -o cut`;
    await using first = startLftp(ann, ...MODE_Z, 'set net:limit-rate 1000000', `put ${put}`);
    await until('some of it is durable', async () => ((await sizeOf(ann, 'cut')) ?? 0) > 600_000);
    await first.kill();
    succeeded(await lftp(ann, ...MODE_Z, `put -c ${put}`));
    assert.equal(await sha256File(site.inHome('ann', 'cut')), digest);
    const { resumedFrom } = await site.transfer({ path: '/cut', outcome: 'complete' });
    assert.ok(resumedFrom > 0, 'it has carried on');

    await writeFile(site.local('part'), content.subarray(0, 1_234_567));
    succeeded(await lftp(ann, ...MODE_Z, `get -c cut -o ${word(site.local('part'))}`));
    assert.equal(await sha256File(site.local('part')), digest);
  });

  test(
    'of Python by hand: a stream that was only flushed is not whole',
    {
      skip: skipWithout('python3'),
    },
    async () => {
      const told = await askFtplib(ann, BY_HAND, { source: site.local('source') });
      assert.deepEqual(told, ['426', content.length - 1, true, true]);
    },
  );
});
