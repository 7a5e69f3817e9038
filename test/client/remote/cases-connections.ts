import assert from 'node:assert/strict';
import type { TraceEvent } from '../../../src/client/remotes/ftp/trace.ts';
import { type Case, fails, NEVER, noise } from './subject.ts';

export const CONNECTION_CASES: readonly Case[] = [
  [
    'a wrong password is a refused login',
    async (subject) => {
      const failure = await fails('login-refused', subject.connect({ password: 'wrong' }));
      assert.equal(failure.replyCode, 530);
      assert.equal(failure.retry, 'never');
      assert.equal(await subject.connection.stat(subject.at('none'), NEVER), undefined);
    },
  ],
  [
    'nobody there is unreachable, and worth another attempt',
    async (subject) => {
      const failure = await fails('unreachable', subject.connect({ port: 1 }));
      assert.equal(failure.retry, 'same');
    },
  ],
  [
    'a connection that rests can be kept alive',
    async ({ connection }) => {
      await connection.keepAlive(NEVER);
      assert.equal(connection.isUsable, true);
    },
  ],
  [
    'several connections work at the same time',
    async (subject) => {
      const bytes = noise(300_000);
      const path = subject.put('file', bytes);
      const others = await Promise.all([subject.connect(), subject.connect()]);
      const results = await Promise.all(
        [subject.connection, ...others].map(async (connection, at) => {
          const whole = await subject.download(path, 0, connection);
          await subject.upload(subject.at(`copy-${at}`), whole, { kind: 'start' }, connection);
          return whole.equals(bytes);
        }),
      );
      assert.deepEqual(results, [true, true, true]);
      assert.deepEqual(await subject.names(), ['copy-0', 'copy-1', 'copy-2', 'file']);
    },
  ],
  [
    'the server may be the one who opens data connections',
    async (subject) => {
      const active = await subject.connect({ dataMode: 'active' });
      const bytes = noise(300_000);
      await subject.upload(subject.at('file'), bytes, { kind: 'start' }, active);
      assert.ok(subject.get('file').equals(bytes));
      assert.ok((await subject.download(subject.at('file'), 7, active)).equals(bytes.subarray(7)));
      assert.deepEqual(await subject.names(subject.folder, active), ['file']);
    },
  ],
  [
    'what is said can be followed, and no password is in it',
    async (subject) => {
      const events: TraceEvent[] = [];
      const traced = await subject.connect({ trace: (event) => events.push(event) });
      await traced.keepAlive(NEVER);
      const sent = events.filter(({ kind }) => kind === 'sent').map(({ text }) => text);
      assert.ok(sent.includes('PASS ***'));
      assert.equal(sent.at(-1), 'NOOP');
      const all = events.map(({ text }) => text).join('\n');
      assert.ok(!all.includes(subject.site.options.password));
    },
  ],
  [
    'a connection that was closed is of no use, and says so',
    async (subject) => {
      const other = await subject.connect();
      await other[Symbol.asyncDispose]();
      assert.equal(other.isUsable, false);
      await fails('connection-lost', other.stat(subject.folder, NEVER));
    },
  ],
  [
    'a pace is kept in both directions',
    async (subject) => {
      const path = subject.put('file', noise(100_000));
      let taken = 0;
      const pace = {
        take: (bytes: number): Promise<void> => {
          taken += bytes;
          return Promise.resolve();
        },
      };
      const paced = await subject.connect({ pace });
      await subject.download(path, 0, paced);
      assert.equal(taken, 100_000);
      await subject.upload(subject.at('copy'), noise(50_000), { kind: 'start' }, paced);
      assert.equal(taken, 150_000);
    },
  ],
];

/** Only where connections are encrypted. */
export const ENCRYPTION_CASES: readonly Case[] = [
  [
    'a certificate that nobody vouches for is refused, before the password is said',
    async (subject) => {
      const events: TraceEvent[] = [];
      const trace = (event: TraceEvent): void => void events.push(event);
      const trust = { kind: 'authorities' } as const;
      const failure = await fails('certificate-refused', subject.connect({ trust, trace }));
      assert.equal(failure.retry, 'never');
      assert.ok(!events.some(({ text }) => /^(?:USER|PASS)/.test(text)));
    },
  ],
  [
    'a certificate is believed if a given authority vouches for it',
    async (subject) => {
      const pem = subject.site.certificate?.pem ?? '';
      const believing = await subject.connect({ trust: { kind: 'authorities', pem } });
      await subject.upload(subject.at('file'), 'hello', { kind: 'start' }, believing);
      assert.equal(String(await subject.download(subject.at('file'), 0, believing)), 'hello');
    },
  ],
  [
    'a pinned certificate is believed, whoever has signed it, and any other refused',
    async (subject) => {
      const fingerprint = subject.site.certificate?.fingerprint ?? '';
      const pinned = (...fingerprints: string[]) =>
        subject.connect({ trust: { kind: 'pinned', fingerprints } });
      const believing = await pinned('0'.repeat(64), fingerprint);
      assert.deepEqual(await subject.names(subject.folder, believing), []);
      await fails('certificate-refused', pinned('0'.repeat(64)));
      await fails('certificate-refused', pinned());
    },
  ],
  [
    'whoever knows more judges the certificate',
    async (subject) => {
      const seen: unknown[] = [];
      const judged = (reason: string | undefined) =>
        subject.connect({
          trust: {
            kind: 'judged',
            judge: (certificate) => {
              seen.push(certificate);
              return reason;
            },
          },
        });
      await judged(undefined);
      const failure = await fails('certificate-refused', judged('not this one'));
      assert.equal(failure.message, 'not this one');
      const { fingerprint } = subject.site.certificate ?? {};
      const complaint = 'DEPTH_ZERO_SELF_SIGNED_CERT';
      assert.deepEqual(seen, [
        { fingerprint, complaint },
        { fingerprint, complaint },
      ]);
    },
  ],
  [
    'many data connections in a row resume the session of the one before',
    async (subject) => {
      const path = subject.put('file', 'hello');
      for (let round = 0; round < 8; round += 1) {
        assert.equal(String(await subject.download(path)), 'hello');
        await subject.upload(subject.at(`copy-${round}`), 'hello');
      }
    },
  ],
];
