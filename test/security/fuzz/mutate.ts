import type { Chance } from '../../survive/chance.ts';

/** Bytes that mean something to a control connection: Telnet, line ends, half characters, TLS. */
const TELLING = [
  0x00, 0x0a, 0x0d, 0xff, 0xf4, 0xf2, 0xfb, 0xfd, 0xc0, 0xae, 0xed, 0x80, 0x16, 0x20,
];

type Mutation = (bytes: Buffer, chance: Chance) => Buffer;

const MUTATIONS: readonly Mutation[] = [
  function flip(bytes, chance) {
    if (bytes.length === 0) return bytes;
    const changed = Buffer.from(bytes);
    changed[chance.below(changed.length)]! ^= 1 << chance.below(8);
    return changed;
  },
  function insert(bytes, chance) {
    const at = chance.below(bytes.length + 1);
    const what = Buffer.alloc(chance.pick([1, 1, 2, 3]), chance.pick(TELLING));
    return Buffer.concat([bytes.subarray(0, at), what, bytes.subarray(at)]);
  },
  function drop(bytes, chance) {
    const at = chance.below(bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + chance.between(1, 4))]);
  },
  function cut(bytes, chance) {
    return bytes.subarray(0, chance.below(bytes.length + 1));
  },
  function repeat(bytes, chance) {
    const at = chance.below(bytes.length + 1);
    const piece = bytes.subarray(at, at + chance.between(1, 8));
    const times = chance.pick([2, 100, 4096, 10_000]);
    const pieces = Array.from({ length: times }, () => piece);
    return Buffer.concat([bytes.subarray(0, at), ...pieces, bytes.subarray(at)]);
  },
  function noise(_bytes, chance) {
    return Buffer.from(Array.from({ length: chance.between(1, 200) }, () => chance.below(256)));
  },
];

/** The same bytes with one to four things wrong. */
export function mutate(bytes: Buffer, chance: Chance): Buffer {
  let mutated = bytes;
  for (let left = chance.between(1, 4); left > 0; left -= 1) {
    mutated = chance.pick(MUTATIONS)(mutated, chance);
  }
  return mutated;
}
