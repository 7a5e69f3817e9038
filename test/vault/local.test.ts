import { join } from 'node:path';
import { LocalStore } from '../../src/storage/local/local-store.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { vaultSuite } from './vault-suite.ts';

vaultSuite('local', async () => {
  const folder = await temporaryFolder();
  return {
    store: new LocalStore({ staging: join(folder.path, 'staging') }),
    location: join(folder.path, 'home'),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
});
