import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { loadSettings } from '../../src/config/load.ts';
import type { WrittenSettings } from '../../src/config/settings.ts';
import { type Inspection, inspectRecords } from '../../src/database/inspect.ts';
import { Sqlite } from '../../src/database/sqlite/sqlite.ts';
import type { Patient } from '../../src/doctor/check.ts';
import { CHECKS, examine } from '../../src/doctor/checks.ts';
import { selfSigned } from '../../src/protocols/ftp/tls/self-signed.ts';
import { runCli } from '../support/run-cli.ts';
import { startServer } from '../support/server-process.ts';
import { temporaryFolder } from '../support/temporary.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

const SOUND: Inspection = {
  file: 'carryon.sqlite',
  state: 'current',
  says: '0005-groups',
  latest: undefined,
  bytes: 1,
  logBytes: 1,
  copies: 0,
};

function patient(written: WrittenSettings, own: Partial<Patient> = {}): Patient {
  const settings = loadSettings({ written, env: {}, flags: {} });
  return { settings, records: SOUND, opened: undefined, pids: [], ...own };
}

/** What one check says, a line for each finding. */
async function told(check: string, of: Patient): Promise<string> {
  const lines: string[] = [];
  for await (const found of examine(of, false)) {
    if (found.check === check) lines.push(`${found.state}: ${found.says}`);
  }
  return lines.join('\n');
}

/** A port that somebody else listens at. */
async function taken() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, [Symbol.asyncDispose]: async () => void server.close() };
}

suite('the doctor', { timeout: 120_000 }, () => {
  test('sees a port that another program has, one that nobody may have, and one that is free', async () => {
    await using folder = await temporaryFolder();
    await using other = await taken();
    const at = (listen: string) => patient({ data: folder.path, ftp: { listen } });
    assert.match(
      await told('ports', at(`127.0.0.1:${other.port}`)),
      /^problem: ftp\.listen: 127\.0\.0\.1:\d+ is in use by another program$/,
    );
    assert.match(
      await told('ports', { ...at(`127.0.0.1:${other.port}`), pids: [process.pid] }),
      /^ok: .* is served by process \d+$/,
    );
    assert.match(await told('ports', at('192.0.2.1:2121')), /^problem: .*EADDRNOTAVAIL/);
    assert.match(await told('ports', at('127.0.0.1:0')), /^ok: ftp\.listen: any free port$/);
  });

  test('sees a passive range that is narrow, or taken by others', async () => {
    await using folder = await temporaryFolder();
    await using other = await taken();
    const ftp = { listen: '127.0.0.1:0', passivePorts: `${other.port}-${other.port}` };
    const said = await told('passive', patient({ data: folder.path, ftp }));
    assert.match(said, /warning: ftp\.passive-ports \d+-\d+ has 1 ports/);
    assert.match(said, /problem: None of the ports/);
    const named = { listen: '127.0.0.1:0', passiveAddress: 'localhost' };
    assert.match(
      await told('passive', patient({ data: folder.path, ftp: named })),
      /^ok: ftp\.passive-address localhost \(127\.0\.0\.1\) is one of this machine$/m,
    );
    const routed = { listen: '127.0.0.1:0', passiveAddress: '203.0.113.7' };
    assert.match(
      await told('passive', patient({ data: folder.path, ftp: routed })),
      /ok: .*203\.0\.113\.7 is none of this machine.*\nwarning: .*through a router/,
    );
  });

  test('sees a certificate that has ended, ends soon, has another key, or a key for all to read', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'certificate.pem');
    const key = join(folder.path, 'key.pem');
    const says = async (age: number, tls: object = { certificate: file }) => {
      const now = Date.now() - age * DAY_MS;
      await writeFile(file, selfSigned({ names: ['localhost'], now, days: 30 }), { mode: 0o600 });
      return told('certificate', patient({ data: folder.path, tls }));
    };
    assert.match(await says(40), /^problem: The certificate has ended on/);
    assert.match(await says(20), /^warning: The certificate ends in \d days/);
    assert.match(await says(-5), /^problem: The certificate is not valid before/);
    assert.match(
      await says(0),
      /^ok: The certificate is valid until .*\nok: Its key belongs to it\nwarning: Nobody vouches/,
    );
    await writeFile(key, selfSigned({ names: ['other'], now: Date.now(), days: 30 }));
    await chmod(key, 0o644);
    const mixed = await says(0, { certificate: file, key });
    assert.match(mixed, /problem: The key in .* is that of another certificate/);
    assert.match(mixed, /warning: Others on this machine can read the key/);
    assert.match(
      await told('certificate', patient({ data: folder.path, tls: { policy: 'off' } })),
      /^warning: Nothing is encrypted/,
    );
  });

  test('sees records that are damaged, older, newer, or from the future, and changes none', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'carryon.sqlite');
    const look = () => inspectRecords(file, join(folder.path, 'copies'));
    assert.equal(look().state, 'none');
    {
      await using database = await Sqlite.open(file);
      await database.query
        .deleteFrom('kysely_migration' as never)
        .where('name' as never, '=', '0003-limits' as never)
        .execute();
    }
    assert.equal(look().state, 'older');
    {
      await using database = await Sqlite.open(join(folder.path, 'other.sqlite'));
      assert.equal(inspectRecords(join(folder.path, 'other.sqlite'), 'x').state, 'current');
      await database.query
        .insertInto('kysely_migration' as never)
        .values({ name: '9999-x', timestamp: '' })
        .execute();
    }
    assert.equal(inspectRecords(join(folder.path, 'other.sqlite'), 'x').state, 'newer');
    await writeFile(file, 'damaged');
    assert.equal(look().state, 'damaged');
    const says = (records: Partial<Inspection>) =>
      told('records', patient({ data: folder.path }, { records: { ...SOUND, ...records } }));
    assert.match(await says({ state: 'damaged' }), /^problem: .*damaged/);
    assert.match(await says({ state: 'newer' }), /^problem: .*newer version/);
    assert.match(await says({ state: 'older' }), /^warning: .*older version/);
    const latest = Date.now() + DAY_MS;
    const early = patient({ data: folder.path }, { records: { ...SOUND, latest } });
    assert.match(await told('clock', early), /^problem: .*the clock was set back$/m);
  });

  test('sees what everybody can get at, and leaves nothing behind', async () => {
    await using folder = await temporaryFolder();
    const data = join(folder.path, 'data');
    await mkdir(data, { mode: 0o755 });
    await writeFile(join(data, 'carryon.sqlite'), '', { mode: 0o644 });
    await chmod(data, 0o755);
    await chmod(join(data, 'carryon.sqlite'), 0o644);
    assert.match(
      await told('permissions', patient({ data })),
      /^problem: Everybody on this machine can get at .*sqlite$/m,
    );
    await chmod(data, 0o700);
    assert.match(await told('permissions', patient({ data })), /^ok: /);
    assert.match(
      await told('file system', patient({ data })),
      /^ok: .*a rename replaces a file in one step/,
    );
    assert.deepEqual(await readdir(data), ['carryon.sqlite']);
  });

  test('says of a check that fails itself that it fails, and looks at all others', async () => {
    const broken = patient({ data: '/proc/self/no/such' }, { opened: {} as Patient['opened'] });
    const names = new Set<string>();
    for await (const { check } of examine(broken, true)) names.add(check);
    for (const { name, isSlow } of CHECKS) assert.ok(names.has(name) || isSlow, name);
  });

  test('finds nothing wrong with a running server, and drift and a damage when they are there', async () => {
    await using folder = await temporaryFolder();
    const data = join(folder.path, 'data');
    await using server = await startServer({ data, args: ['--workers', '2'] });
    const doctor = (...words: string[]) =>
      runCli(['doctor', '--data', data, '--ftp', `127.0.0.1:${server.port}`, ...words]);
    await mkdir(join(data, 'homes', 'demo'), { recursive: true });
    await writeFile(join(data, 'homes', 'demo', 'by hand'), 'from outside');
    const fine = await doctor('--json');
    assert.equal(fine.code, 0, fine.stdout);
    assert.match(fine.stderr, /^0 problems, /);
    const found = fine.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { check: string; says: string });
    assert.match(
      found.find(({ check }) => check === 'ports')?.says ?? '',
      new RegExp(`process ${server.pid}$`),
    );
    assert.match(
      found.find(({ check }) => check === 'ledger')?.says ?? '',
      /^demo: 1 files, 12 B in the home/,
    );
    await server.stop();
    await writeFile(join(data, 'carryon.sqlite'), 'x'.repeat(5000));
    const damaged = await doctor('--quick');
    assert.equal(damaged.code, 1);
    assert.match(damaged.stdout, /^problem +records +The records in .* are damaged/m);
  });
});
