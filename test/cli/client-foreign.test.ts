import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { MiB } from '../../src/base/size.ts';
import { skipWithoutServer } from '../support/foreign-packages.ts';
import {
  type ForeignEncryption,
  type ForeignServer,
  startForeign,
} from '../support/foreign-servers.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';
import { temporaryFolder } from '../support/temporary.ts';

const SCHEMES = { none: 'ftp', explicit: 'ftpes', implicit: 'ftps' } as const;

interface Visit extends AsyncDisposable {
  readonly server: ForeignServer;
  readonly here: string;
  readonly url: string;
  run(words: readonly string[]): Promise<CliResult>;
}

/** The client of the command line at a server of somebody else's. */
async function visit(name: 'pyftpdlib' | 'proftpd', encryption: ForeignEncryption): Promise<Visit> {
  await using parts = new AsyncDisposableStack();
  const server = parts.use(await startForeign(name, encryption));
  const { path: here } = parts.use(await temporaryFolder());
  const env = {
    HOME: here,
    XDG_STATE_HOME: join(here, 'state'),
    NETRC: '',
    CARRYON_PASSWORD: server.password,
  };
  const held = parts.move();
  return {
    server,
    here,
    url: `${SCHEMES[encryption]}://${server.user}@${server.host}:${server.port}/%2F${server.place.slice(1)}/`,
    run: (words) => runCli(words, { cwd: here, env }),
    [Symbol.asyncDispose]: () => held[Symbol.asyncDispose](),
  };
}

const pyftpdlib = { skip: skipWithoutServer('pyftpdlib') };

suite('certificates', pyftpdlib, () => {
  for (const encryption of ['explicit', 'implicit'] as const) {
    test(`${encryption} TLS: one that nobody vouches for is refused until it is trusted`, async () => {
      await using visitor = await visit('pyftpdlib', encryption);
      const { run, url, server } = visitor;
      const refused = await run(['ls', url]);
      assert.equal(refused.code, 6, refused.stderr);
      const shown = /[0-9A-F]{2}(?::[0-9A-F]{2}){31}/.exec(refused.stderr)?.[0] ?? '';
      assert.equal(shown.replaceAll(':', '').toLowerCase(), server.certificate.fingerprint);
      assert.equal((await run(['ls', '--fingerprint', '00'.repeat(32), url])).code, 6);
      for (const words of [['--fingerprint', shown], ['-k'], ['--trust-new-certificate'], []]) {
        const { code, stderr } = await run(['ls', ...words, url]);
        assert.equal(code, 0, `${words.join(' ')}: ${stderr}`);
      }
      const known = join(visitor.here, 'state/carryon/known-servers');
      assert.match(await readFile(known, 'utf8'), new RegExp(server.certificate.fingerprint));
      await writeFile(known, `${server.host}:${server.port} ${'00'.repeat(32)}\n`);
      const changed = await run(['ls', '--trust-new-certificate', url]);
      assert.equal(changed.code, 6);
      assert.match(changed.stderr, /CHANGED/);
    });
  }
});

test(
  'a server that takes no segments: it is said, and the file goes in one stream',
  pyftpdlib,
  async () => {
    await using visitor = await visit('pyftpdlib', 'none');
    const { run, url, here, server } = visitor;
    const content = Buffer.alloc(33 * MiB, randomBytes(1000));
    await writeFile(join(here, 'large'), content);
    const { code, stderr } = await run(['put', '--segments', '3', 'large', url]);
    assert.equal(code, 0, stderr);
    assert.match(
      stderr,
      /warning: this server takes no segments: each file goes over one connection/,
    );
    assert.ok((await readFile(join(server.home, server.place, 'large'))).equals(content));
  },
);

test('a server that proves nothing: what is said about it is true', pyftpdlib, async () => {
  await using visitor = await visit('pyftpdlib', 'none');
  const { run, url, here } = visitor;
  const content = randomBytes(200_000);
  await mkdir(join(here, 'tree/sub'), { recursive: true });
  await writeFile(join(here, 'tree/sub/file.bin'), content);
  await writeFile(join(here, 'tree/empty'), '');
  const up = await run(['sync', 'tree', `${url}tree`]);
  assert.equal(up.code, 0, up.stderr);
  const again = await run(['sync', '-n', '--delete', 'tree', `${url}tree`]);
  assert.deepEqual([again.code, again.stdout], [0, '']);
  const down = await run(['get', `${url}tree/sub/file.bin`]);
  assert.equal(down.code, 0, down.stderr);
  assert.match(down.stderr, /size only/);
  assert.deepEqual(await readFile(join(here, 'file.bin')), content);
  const proven = await run(['put', '--require-verify', 'file.bin', `${url}proven`]);
  assert.ok(proven.code === 8 || /verified/.test(proven.stderr), proven.stderr);
  const full = await run(['put', '--require-verify', '--verify', 'full', 'file.bin', `${url}full`]);
  assert.equal(full.code, 0, full.stderr);
  assert.match(full.stderr, /verified read back/);
  assert.equal((await run(['check', '--checksum', 'tree', `${url}tree`])).code, 1);
  const check = await run(['check', '--checksum', '--download', 'tree', `${url}tree`]);
  assert.deepEqual([check.code, check.stdout], [0, '= empty\n= sub/file.bin\n']);
  const digest = await run(['digest', `${url}tree/empty`]);
  assert.match(digest.stdout, /^e3b0c44298fc1c149afbf4c8996fb924/);
  assert.equal((await run(['digest', '--no-read', `${url}tree/empty`])).code, 1);
  assert.equal((await run(['rm', '-r', `${url}*`])).code, 0);
  // What has not been proven waits there for somebody who can do without, under a hidden name.
  assert.equal((await run(['ls', url])).stdout, '');
});
