import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, suite, test } from 'node:test';
import { FOREIGN_NAMES } from '../support/foreign-packages.ts';
import { type Compared, compareAll, isSame } from './comparison.ts';
import { TOPICS } from './conversations/index.ts';
import { OTHERS } from './hosts.ts';
import { complianceMarkdown } from './markdown.ts';

const NONE = OTHERS.length === 0 && 'no server of others can be started here';

suite('the same conversations with other servers', { skip: NONE }, () => {
  let all: readonly Compared[] = [];
  before(async () => {
    all = await compareAll();
  });

  test('there are enough of them to mean something, each with a title of its own', () => {
    const titles = all.map(({ conversation }) => conversation.title);
    assert.ok(titles.length >= 250, `only ${titles.length}`);
    assert.equal(new Set(titles).size, titles.length);
  });

  for (const topic of Object.keys(TOPICS)) {
    test(`every difference has a reason, and every reason a difference: ${topic}`, () => {
      const wrong = all
        .filter((each) => each.topic === topic)
        .flatMap(({ conversation, ours, theirs }) =>
          OTHERS.flatMap((name) => {
            const outcome = theirs[name];
            const isExplained = conversation.differs?.[name] !== undefined;
            if (outcome === undefined || isSame(ours, outcome) !== isExplained) return [];
            return [{ title: conversation.title, name, isExplained, ours, theirs: outcome }];
          }),
        );
      assert.deepEqual(wrong, []);
    });
  }

  test(
    'docs/compliance.md tells what was found (npm run docs:compliance)',
    { skip: OTHERS.length < FOREIGN_NAMES.length && 'needs all the servers' },
    async () => {
      const page = join(import.meta.dirname, '../../docs/compliance.md');
      const [written, found] = [await readFile(page, 'utf8'), complianceMarkdown(all)].map((text) =>
        text.split('\n'),
      );
      assert.deepEqual(written, found);
    },
  );
});
