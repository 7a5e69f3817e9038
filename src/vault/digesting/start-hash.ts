import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { ALGORITHMS, type Checksum } from '../../base/digest.ts';

/** The digest or checksum of bytes that come one behind the other. */
export interface StartedHash {
  update(bytes: Uint8Array): void;
  /** Of what has come so far, in hexadecimal; more may follow. */
  hexSoFar(): string;
}

export function startHash(algorithm: Checksum): StartedHash {
  if (algorithm === 'crc32') return new Crc32();
  const hash = createHash(ALGORITHMS[algorithm].openssl);
  return {
    update: (bytes) => void hash.update(bytes),
    hexSoFar: () => hash.copy().digest('hex'),
  };
}

/** As in zip files and Ethernet (ISO 3309). */
class Crc32 implements StartedHash {
  #value = 0;

  update(bytes: Uint8Array): void {
    this.#value = crc32(bytes, this.#value);
  }

  hexSoFar(): string {
    return this.#value.toString(16).padStart(8, '0');
  }
}
