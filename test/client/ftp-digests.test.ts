import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { parsePath } from '../../src/base/path.ts';
import { FtpRemote } from '../../src/client/remotes/ftp/ftp-remote.ts';
import { splitQuoted } from '../../src/wire/ftp/quoting.ts';
import { type Script, startScripted } from './remote/scripted-server.ts';
import { NEVER, noise } from './remote/subject.ts';

const FILE = parsePath('/file');
const BYTES = noise(1000);

function hex(start = 0, end = BYTES.length): string {
  return createHash('sha256').update(BYTES.subarray(start, end)).digest('hex');
}

/** A server that reads the two numbers in its own way. */
function script(read: (first: number, second: number) => string | undefined): Script {
  return {
    FEAT: () => '211-\r\n XSHA256\r\n211 End\r\n',
    SIZE: () => `213 ${BYTES.length}\r\n`,
    XSHA256: (_, argument) => {
      const [, first, second] = splitQuoted(argument);
      const told = second === undefined ? hex() : read(Number(first), Number(second));
      return told === undefined ? '501 no\r\n' : `250-Computing\r\n250 ${told.toUpperCase()}\r\n`;
    },
  };
}

async function ask(answers: Script) {
  await using server = await startScripted(answers);
  const login = { user: 'anna', password: 'secret' };
  const remote = new FtpRemote({ host: '127.0.0.1', port: server.port, ...login });
  await using connection = await remote.connect(NEVER);
  const before = connection.facts.digestsRanges;
  const digest = async (start: number, end: number): Promise<string | undefined> =>
    (await connection.digest(FILE, 'sha-256', { start, end }, NEVER))?.hex;
  const parts = [await digest(0, 500), await digest(999, 1000), await digest(1, 1000)];
  const whole = await connection.digest(FILE, 'sha-256', undefined, NEVER);
  assert.equal(whole?.hex, hex());
  return { before, after: connection.facts.digestsRanges, parts, heard: [...server.heard] };
}

const RIGHT = [hex(0, 500), hex(999, 1000), hex(1, 1000)];

describe('how a server counts ranges is found out by a trial', () => {
  test('the end not counted', async () => {
    const { parts, before, after, heard } = await ask(script((start, end) => hex(start, end)));
    assert.deepEqual(parts, RIGHT);
    assert.deepEqual([before, after], [true, true]);
    // One trial for all.
    assert.equal(heard.filter((line) => line.startsWith('XSHA256')).length, 5);
  });

  test('the end counted', async () => {
    const { parts } = await ask(script((start, end) => hex(start, end + 1)));
    assert.deepEqual(parts, RIGHT);
  });

  test('a length', async () => {
    const { parts } = await ask(script((start, length) => hex(start, start + length)));
    assert.deepEqual(parts, RIGHT);
  });

  test('not at all: refused, the whole file whatever is asked for, or nonsense', async () => {
    for (const read of [() => undefined, () => hex(), () => '0'.repeat(64), () => 'what?']) {
      const { parts, before, after } = await ask(script(read));
      assert.deepEqual(parts, [undefined, undefined, undefined]);
      assert.deepEqual([before, after], [true, false]);
    }
  });
});

async function digestBy(answers: Script, algorithm: 'sha-256' | 'md5' | 'sha-1') {
  await using server = await startScripted(answers);
  const login = { user: 'anna', password: 'secret' };
  const remote = new FtpRemote({ host: '127.0.0.1', port: server.port, ...login });
  await using connection = await remote.connect(NEVER);
  const digest = await connection.digest(FILE, algorithm, undefined, NEVER);
  return { digest: digest?.hex, heard: server.heard.slice(-2), facts: connection.facts };
}

/** A server that knows one verb beyond the ordinary. */
function featuring(line: string): Script {
  return { FEAT: () => `211-\r\n ${line}\r\n211 End\r\n` };
}

describe('a digest', () => {
  const md5 = createHash('md5').update(BYTES).digest('hex');

  test('is told by HASH, whose algorithm is chosen first', async () => {
    const script: Script = {
      FEAT: () => '211-\r\n HASH SHA-1*;SHA-256\r\n211 End\r\n',
      OPTS: () => '200 SHA-256\r\n',
      HASH: () => `213 SHA-256 0-999 ${hex()} /file ${'0'.repeat(64)}\r\n`,
    };
    const { digest, heard, facts } = await digestBy(script, 'sha-256');
    assert.equal(digest, hex());
    assert.deepEqual(heard, ['OPTS HASH SHA-256', 'HASH /file']);
    assert.deepEqual([facts.digests, facts.digestsRanges], [['sha-256', 'sha-1'], false]);
  });

  test('is told by MD5, with the path before or behind it', async () => {
    for (const text of [`"/file" ${md5}`, `${'0'.repeat(32)} ${md5}`, md5]) {
      const { digest } = await digestBy(
        { ...featuring('MD5'), MD5: () => `251 ${text}\r\n` },
        'md5',
      );
      assert.equal(digest, md5);
    }
  });

  test('that is of another algorithm than was asked for is none', async () => {
    assert.equal(
      (await digestBy({ ...featuring('XSHA1'), XSHA1: () => `250 ${hex()}\r\n` }, 'sha-1')).digest,
      undefined,
    );
    assert.equal((await digestBy(featuring('XSHA1'), 'md5')).digest, undefined);
  });
});
