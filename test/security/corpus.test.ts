import { after, before, suite } from 'node:test';
import { testCorpus } from './corpus.ts';
import { NAME_CASES } from './names.ts';
import { PROTOCOL_CASES } from './protocol.ts';
import { RESOURCE_CASES } from './resources.ts';
import { openScene, type Scene } from './scene.ts';

suite('what attackers do', { timeout: 240_000 }, () => {
  let scene: Scene & AsyncDisposable;
  before(async () => {
    scene = await openScene();
  });
  after(() => scene[Symbol.asyncDispose]());

  testCorpus({ ...NAME_CASES, ...PROTOCOL_CASES, ...RESOURCE_CASES }, () => scene);
});
