import { MemoryStore } from '../../src/storage/memory/memory-store.ts';
import { storeSuite } from './store-suite.ts';

storeSuite('the store in memory', async () => {
  const store = new MemoryStore();
  const tree = await store.openTree('home');
  return {
    tree,
    reopen: () => store.openTree('home'),
    [Symbol.asyncDispose]: () => tree[Symbol.asyncDispose](),
  };
});
