export { KiB, MiB } from '../../../src/base/size.ts';
export const GiB = 1024 ** 3;
