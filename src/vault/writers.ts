import type { Clock } from '../base/clock.ts';
import type { Failure } from '../base/failure.ts';
import { GroupSync } from '../base/group-sync.ts';
import { comparable } from '../base/name.ts';
import type { Path } from '../base/path.ts';
import type { ByteRange } from '../base/range.ts';
import type { SegmentWriter } from './segments/segment-writer.ts';
import type { Writer } from './writer.ts';

/** The most that the first bytes of an upload wait in memory for its end, in milliseconds. */
const HELD_MS = 100;

/** The uploads that somebody writes at this moment, in this process. */
export class Writers {
  readonly #byUpload = new Map<string, Writer>();
  readonly #segments = new Map<string, SegmentWriter>();
  readonly #aftermath = new Set<Promise<unknown>>();
  readonly #beats: GroupSync;

  constructor(clock: Clock) {
    this.#beats = new GroupSync(() => clock.sleep(HELD_MS / 2));
  }

  add(writer: Writer): void {
    this.#byUpload.set(writer.id, writer);
  }

  remove(writer: Writer): void {
    if (this.#byUpload.get(writer.id) === writer) this.#byUpload.delete(writer.id);
  }

  addSegment(writer: SegmentWriter): void {
    this.#segments.set(writer.id, writer);
  }

  removeSegment(writer: SegmentWriter): void {
    this.#segments.delete(writer.id);
  }

  get count(): number {
    return this.#byUpload.size + this.#segments.size;
  }

  /** Who sends parts of this upload now: all, or those whose parts touch `range`. */
  segmentsOf(uploadId: string, range?: ByteRange): readonly SegmentWriter[] {
    if (this.#segments.size === 0) return [];
    return [...this.#segments.values()].filter(
      (writer) =>
        writer.uploadId === uploadId &&
        (!range || (writer.range.start < range.end && writer.range.end > range.start)),
    );
  }

  /** Who sends the part that is recorded by this id. */
  segment(id: string): SegmentWriter | undefined {
    return this.#segments.get(id);
  }

  /** Who writes this upload now. */
  find(id: string): Writer | undefined {
    return this.#byUpload.get(id);
  }

  /** The writer of the newest live upload to this name. */
  writing(homeId: number, path: Path): Writer | undefined {
    const wanted = comparable(path);
    return [...this.#byUpload.values()].findLast(
      (writer) => writer.homeId === homeId && comparable(writer.path) === wanted,
    );
  }

  /** Resolves when what has come now has waited long enough; all who wait share a timer. */
  heldForLong(): Promise<void> {
    return this.#beats.request();
  }

  /** Ends every upload that runs, each with all it has received made durable. */
  async stopAll(reason: Failure): Promise<void> {
    const all = [...this.#byUpload.values(), ...this.#segments.values()];
    await Promise.allSettled(all.map((writer) => writer.fence(reason)));
  }

  /** Work that goes on after its upload has been answered for: late digests, closing files. */
  afterwards(work: Promise<unknown>): void {
    const settled: Promise<unknown> = work
      .catch(() => {})
      .then(() => this.#aftermath.delete(settled));
    this.#aftermath.add(settled);
  }

  /** Resolves when all of that is done. */
  async settled(): Promise<void> {
    while (this.#aftermath.size > 0) await Promise.all(this.#aftermath);
  }
}
