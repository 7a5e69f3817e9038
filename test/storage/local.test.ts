import { noDescriptorStaysOpen } from './descriptors.ts';
import { localHome } from './local-home.ts';
import { storeSuite } from './store-suite.ts';

noDescriptorStaysOpen();

storeSuite('the store on the local disk', () => localHome());

storeSuite('the store on the local disk, where the system shows no descriptors', () =>
  localHome('/nowhere'),
);
