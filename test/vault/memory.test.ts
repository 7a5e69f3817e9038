import { MemoryStore } from '../../src/storage/memory/memory-store.ts';
import { vaultSuite } from './vault-suite.ts';

vaultSuite('memory', async () => ({
  store: new MemoryStore(),
  location: 'home',
  [Symbol.asyncDispose]: async () => {},
}));
