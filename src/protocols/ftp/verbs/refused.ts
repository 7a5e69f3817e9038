import { refused } from './verb.ts';

/** Known, and not done on purpose. */
export const REFUSED = [
  refused({
    name: 'SMNT',
    rfc: 'RFC 959 §4.1.1',
    code: 502,
    reason: 'A home is all there is: nothing can be mounted',
  }),
];
