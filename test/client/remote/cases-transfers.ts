import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { ALGORITHMS } from '../../../src/base/digest.ts';
import { MiB } from '../../../src/base/size.ts';
import { type Case, fails, NEVER, noise } from './subject.ts';

export const TRANSFER_CASES: readonly Case[] = [
  [
    'a file is fetched whole, from an offset, and from its end',
    async (subject) => {
      const path = subject.put('file', '0123456789');
      assert.equal(String(await subject.download(path)), '0123456789');
      assert.equal(String(await subject.download(path, 4)), '456789');
      assert.equal(String(await subject.download(path, 10)), '');
      assert.equal(String(await subject.download(path)), '0123456789');
    },
  ],
  [
    'behind the end there is nothing to fetch, and the next download begins where it should',
    async (subject) => {
      const path = subject.put('file', '0123456789');
      const { beyondTheEnd } = subject.site.known;
      if (beyondTheEnd === 'nothing') assert.equal((await subject.download(path, 11)).length, 0);
      else await fails(beyondTheEnd, subject.download(path, 11));
      assert.equal(subject.connection.isUsable, true);
      assert.equal(String(await subject.download(path)), '0123456789');
    },
  ],
  [
    'a marker that no transfer has used up does not meet the next one (clients.md 3.6.5)',
    async (subject) => {
      const path = subject.put('file', '0123456789');
      await fails('not-found', subject.download(subject.at('none'), 4));
      assert.equal(String(await subject.download(path)), '0123456789');
      await fails('not-found', subject.download(subject.at('none'), 4));
      assert.deepEqual(await subject.names(), ['file']);
      await fails('not-found', subject.download(subject.at('none'), 4));
      await subject.upload(subject.at('new'), 'abcdef');
      assert.equal(String(subject.get('new')), 'abcdef');
    },
  ],
  [
    'what is not there, or is a folder, cannot be fetched',
    async (subject) => {
      await fails('not-found', subject.connection.read(subject.at('none'), 0, NEVER));
      await fails('refused', subject.connection.read(subject.folder, 0, NEVER));
      assert.equal(subject.connection.isUsable, true);
    },
  ],
  [
    'a file is stored, replaced, added to, and continued at its end',
    async (subject) => {
      const path = subject.at('file');
      await subject.upload(path, 'hello world');
      assert.equal(String(subject.get('file')), 'hello world');
      await subject.upload(path, 'shorter');
      assert.equal(String(subject.get('file')), 'shorter');
      await subject.upload(path, ' and more', { kind: 'end' });
      assert.equal(String(subject.get('file')), 'shorter and more');
      await subject.upload(path, ' at 16', { kind: 'offset', offset: 16 });
      assert.equal(String(subject.get('file')), 'shorter and more at 16');
    },
  ],
  [
    'an empty file is a file',
    async (subject) => {
      const path = subject.at('empty');
      await subject.upload(path, '');
      assert.equal(subject.get('empty').length, 0);
      assert.equal((await subject.connection.stat(path, NEVER))?.size, 0);
      assert.equal((await subject.download(path)).length, 0);
    },
  ],
  [
    'nothing is stored in a folder that is not there',
    async (subject) => {
      const writing = subject.connection.write(
        subject.at('none/file'),
        { kind: 'start' },
        3,
        NEVER,
      );
      await fails('not-found', writing);
      assert.equal(subject.connection.isUsable, true);
    },
  ],
  [
    'a large file arrives as it was, both ways',
    async (subject) => {
      const bytes = noise(5 * MiB + 17);
      await subject.upload(subject.at('large'), bytes);
      assert.ok(subject.get('large').equals(bytes));
      assert.ok((await subject.download(subject.at('large'))).equals(bytes));
      assert.ok((await subject.download(subject.at('large'), MiB)).equals(bytes.subarray(MiB)));
    },
  ],
  [
    'a download that is ended early leaves the connection as good as it was',
    async (subject) => {
      const bytes = noise(20 * MiB);
      const path = subject.put('large', bytes);
      let { connection } = subject;
      for (let round = 0; round < 3; round += 1) {
        await using reader = await connection.read(path, round, NEVER);
        for await (const chunk of reader) {
          assert.ok(bytes.subarray(round).subarray(0, chunk.length).equals(chunk));
          break;
        }
        await reader[Symbol.asyncDispose]();
        connection = await subject.stillGood(connection);
        assert.equal((await connection.stat(path, NEVER))?.size, bytes.length);
        assert.deepEqual(await subject.names(subject.folder, connection), ['large']);
      }
      const last = await subject.download(path, bytes.length - 5, connection);
      assert.ok(last.equals(bytes.subarray(-5)));
    },
  ],
  [
    'a part of a file can be fetched, and the download behind it is whole again',
    async (subject) => {
      const bytes = noise(3 * MiB);
      const path = subject.put('large', bytes);
      const part = bytes.subarray(10, MiB);
      let { connection } = subject;
      for (let round = 0; round < 3; round += 1) {
        const chunks: Buffer[] = [];
        {
          await using reader = await connection.read(path, 10, NEVER, MiB);
          for await (const chunk of reader) {
            chunks.push(chunk);
            if (Buffer.concat(chunks).length >= part.length) break;
          }
        }
        assert.ok(Buffer.concat(chunks).subarray(0, part.length).equals(part));
        connection = await subject.stillGood(connection);
      }
      assert.ok((await subject.download(path, 0, connection)).equals(bytes));
    },
  ],
  [
    'a download that nobody iterates can be given back, also of a small file',
    async (subject) => {
      const path = subject.put('small', 'hello');
      let { connection } = subject;
      for (let round = 0; round < 3; round += 1) {
        const reader = await connection.read(path, 0, NEVER);
        await reader[Symbol.asyncDispose]();
        connection = await subject.stillGood(connection);
      }
      assert.equal(String(await subject.download(path, 0, connection)), 'hello');
    },
  ],
  [
    'an upload that is given up is never taken for a whole one',
    async (subject) => {
      const path = subject.put('file', 'the old version');
      const { connection } = subject;
      {
        await using writer = await connection.write(path, { kind: 'start' }, undefined, NEVER);
        await writer.write(noise(2 * MiB));
        await writer.write(noise(MiB));
      }
      assert.equal(connection.isUsable, true);
      if (subject.facts.uploads === 'staged') {
        assert.equal(String(subject.get('file')), 'the old version');
      } else assert.ok(subject.get('file').length < 3 * MiB + 1);
      await subject.upload(path, 'the new version');
      assert.equal(String(subject.get('file')), 'the new version');
    },
  ],
  [
    'who interrupts a transfer gets an answer at once, and the next request works',
    async (subject) => {
      const path = subject.put('large', noise(20 * MiB));
      const stop = new AbortController();
      const reader = await subject.connection.read(path, 0, stop.signal);
      await fails(
        'interrupted',
        (async () => {
          for await (const chunk of reader) {
            assert.ok(chunk.length > 0);
            stop.abort();
          }
        })(),
      );
      const connection = await subject.stillGood(subject.connection);
      assert.deepEqual(await subject.names(subject.folder, connection), ['large']);
      await fails('interrupted', connection.read(path, 0, AbortSignal.abort()));
    },
  ],
  [
    'digests are told of whole files and of parts, or it is said that they are not',
    async (subject) => {
      const bytes = noise(70_000);
      const path = subject.put('a file "x"', bytes);
      const plain = subject.put('a file', bytes);
      const { connection, facts } = subject;
      for (const algorithm of facts.digests) {
        const hex = (from: number, to: number): string =>
          createHash(ALGORITHMS[algorithm].openssl).update(bytes.subarray(from, to)).digest('hex');
        const whole = await connection.digest(plain, algorithm, undefined, NEVER);
        assert.deepEqual(whole, { algorithm, hex: hex(0, bytes.length) });
        const odd = await connection.digest(path, algorithm, undefined, NEVER);
        assert.ok(odd === undefined || odd.hex === whole?.hex);
        for (const [start, end] of [
          [0, 1],
          [0, 65_536],
          [100, 70_000],
          [69_999, 70_000],
          [5, 5],
        ] as const) {
          const part = await connection.digest(plain, algorithm, { start, end }, NEVER);
          const isTold = facts.digestsRanges || start === end;
          assert.deepEqual(part, isTold ? { algorithm, hex: hex(start, end) } : undefined);
        }
      }
      assert.equal(connection.facts.digestsRanges, facts.digestsRanges);
      const [known = 'sha-256'] = facts.digests;
      assert.equal(await connection.digest(subject.at('none'), known, undefined, NEVER), undefined);
      assert.equal(connection.isUsable, true);
    },
  ],
];
