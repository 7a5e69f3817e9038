import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { KiB, MiB } from '../../src/base/size.ts';
import type { RemoteFacts } from '../../src/client/index.ts';
import { fails } from './fails.ts';
import { at, type Fault, type Oddities, PLAIN, STAGED } from './memory-remote.ts';
import { noise, openScene, type Scene } from './scene.ts';

/** Commands until one has to succeed: after all that was planned has happened. */
const COMMANDS = 12;

const FACTS: readonly RemoteFacts[] = [
  STAGED,
  { ...STAGED, takesPromises: false },
  { ...STAGED, digestsRanges: false },
  PLAIN,
  { ...PLAIN, digests: ['md5'] },
  { ...PLAIN, readsFromOffset: false },
];

const facts = fc.constantFrom(...FACTS);
const oddities = fc.record<Oddities>({
  ignoresOffset: fc.boolean(),
  keepsTargets: fc.boolean(),
});
const size = fc.oneof(
  fc.integer({ min: 0, max: 3 }),
  fc.integer({ min: MiB - 2, max: MiB + 2 }),
  fc.integer({ min: 0, max: 3 * MiB }),
  fc.constantFrom(64 * KiB, 2 * MiB, 2 * MiB - 64 * KiB),
);
const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ kind: fc.constant('cut' as const), after: fc.integer({ min: 0, max: 2 * MiB }) }),
  fc.constantFrom<Fault>({ kind: 'reply-lost' }, { kind: 'none' }),
);
const faults = fc.array(fault, { maxLength: 10 });
/** Retries of each command: what is left over is another process's. */
const retries = fc.integer({ min: 0, max: 3 });

/** Runs the same command until it succeeds. */
async function persist(command: () => Promise<unknown>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await command();
      return;
    } catch (error) {
      if (tries === COMMANDS || !fails('gave-up')(error)) throw error;
    }
  }
}

function remoteBytes(scene: Scene): Buffer | undefined {
  return scene.remote.files.committed(at('a'))?.bytes;
}

suite('any sequence of cuts', { concurrency: 2 }, () => {
  test('a download ends as the file on the server, the old one being there until then', async () => {
    await fc.assert(
      fc.asyncProperty(
        facts,
        oddities,
        size,
        faults,
        retries,
        async (facts, odd, size, cuts, n) => {
          await using scene = await openScene(facts, odd);
          await scene.write('a', noise(77, 9));
          scene.remote.files.put(at('a'), noise(size));
          scene.remote.faults.push(...cuts);
          await persist(async () => {
            const before = await scene.read('a');
            assert.ok(before?.equals(noise(77, 9)));
            await scene.get('a', { retries: n });
          });
          assert.ok((await scene.read('a'))?.equals(noise(size)));
          assert.deepEqual(await scene.names(), ['a']);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('a download of a file that is replaced ends as one version of it', async () => {
    const change = fc.record({
      after: fc.integer({ min: 0, max: 4 * MiB }),
      seed: fc.integer({ min: 1, max: 200 }),
      size,
    });
    const changes = fc.array(change, { maxLength: 2 });
    await fc.assert(
      fc.asyncProperty(facts, size, faults, changes, async (facts, size, cuts, changes) => {
        await using scene = await openScene(facts);
        scene.remote.files.put(at('a'), noise(size), 1_000_000);
        scene.remote.faults.push(...cuts);
        const due = changes.toSorted((one, other) => one.after - other.after);
        scene.remote.onMoved = () => {
          const next = due[0];
          if (!next || scene.remote.moved < next.after) return;
          due.shift();
          const modified = 1_000_000 * (2 + changes.length - due.length);
          scene.remote.files.put(at('a'), noise(next.size, next.seed), modified);
        };
        await persist(() => scene.get('a', { retries: 2 }));
        assert.ok((await scene.read('a'))?.equals(remoteBytes(scene) ?? Buffer.alloc(0)));
      }),
      { numRuns: 100 },
    );
  });

  test('a download into a stream gives every byte once, in order', async () => {
    await fc.assert(
      fc.asyncProperty(facts, oddities, size, faults, async (facts, odd, size, cuts) => {
        await using scene = await openScene(facts, odd);
        scene.remote.files.put(at('a'), noise(size));
        scene.remote.faults.push(...cuts);
        const chunks: Buffer[] = [];
        await scene.pipe('a', async (chunk) => void chunks.push(chunk), { retries: 20 });
        assert.ok(Buffer.concat(chunks).equals(noise(size)));
      }),
      { numRuns: 100 },
    );
  });

  test('an upload ends as the file here, the old one being shown until then', async () => {
    await fc.assert(
      fc.asyncProperty(
        facts,
        oddities,
        size,
        faults,
        retries,
        async (facts, odd, size, cuts, n) => {
          await using scene = await openScene(facts, odd);
          await scene.write('a', noise(size));
          const old = noise(77, 9);
          scene.remote.files.put(at('a'), old);
          scene.remote.faults.push(...cuts);
          const check = (): void => {
            const shown = remoteBytes(scene);
            const isGone = odd.keepsTargets === true && shown === undefined;
            assert.ok(isGone || shown?.equals(old) || shown?.equals(noise(size)));
          };
          scene.remote.onMoved = check;
          scene.remote.onRequest = check;
          await persist(() => scene.put('a', { retries: n }));
          assert.ok(remoteBytes(scene)?.equals(noise(size)));
          assert.deepEqual(scene.remote.files.paths(), ['/a']);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('an upload of a file that becomes another between commands ends as the last one', async () => {
    const versions = fc.array(fc.record({ seed: fc.integer({ min: 1, max: 200 }), size }), {
      minLength: 1,
      maxLength: 3,
    });
    await fc.assert(
      fc.asyncProperty(facts, faults, versions, async (facts, cuts, versions) => {
        await using scene = await openScene(facts);
        scene.remote.faults.push(...cuts);
        let content: Buffer = Buffer.alloc(0);
        for (const { seed, size } of versions) {
          content = noise(size, seed);
          await writeFile(scene.local('a'), content);
          await scene.put('a', { retries: 0 }).catch(() => {});
        }
        await persist(() => scene.put('a', { retries: 1 }));
        assert.ok(remoteBytes(scene)?.equals(content));
      }),
      { numRuns: 100 },
    );
  });
});
