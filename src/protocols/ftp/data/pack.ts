import { asUnits, encoded, type Representation } from '../../../wire/ftp/coding/coding.ts';
import { bytesUnit, type Unit } from '../../../wire/ftp/coding/unit.ts';
import { formatRestartMarker, takesMarkers } from '../restart-marker.ts';

export interface PackOptions {
  /** Of the compression in MODE Z, 0 to 9. */
  readonly level: number;
  /** The position in the file of the first byte. */
  readonly start: number;
  /** Bytes between two restart markers. */
  readonly markerBytes: number;
  /** Told how many bytes of the file were taken. */
  readonly onBytes: (count: number) => void;
}

/** A file as it is sent where it is not sent as it is. */
export function packed(
  file: AsyncIterable<Uint8Array>,
  representation: Representation,
  options: PackOptions,
): AsyncIterable<Uint8Array> {
  return encoded(unitsOf(file, representation, options), representation, options.level);
}

/** Lines, which are text whatever TYPE says (RFC 1123 §4.1.2.7). */
export function packedLines(
  lines: AsyncIterable<Uint8Array>,
  { structure, mode }: Representation,
  level: number,
): AsyncIterable<Uint8Array> {
  if (structure === 'F' && mode === 'S') return lines;
  return encoded(asUnits(lines), { type: 'A', structure, mode }, level);
}

async function* unitsOf(
  file: AsyncIterable<Uint8Array>,
  representation: Representation,
  { start, markerBytes, onBytes }: PackOptions,
): AsyncGenerator<Unit> {
  const hasMarkers = takesMarkers(representation);
  let position = start;
  let marked = start;
  for await (const bytes of file) {
    if (hasMarkers && position - marked >= markerBytes) {
      yield { kind: 'marker', text: formatRestartMarker(position) };
      marked = position;
    }
    yield bytesUnit(bytes);
    position += bytes.length;
    onBytes(bytes.length);
  }
}
