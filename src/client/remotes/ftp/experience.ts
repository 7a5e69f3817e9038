import type { Features } from './features.ts';

/** How a server counts the part of a file of which a digest is asked. */
export type RangeStyle =
  /** `start end`, the byte at the end not counted. */
  | 'exclusive'
  /** `start end`, the byte at the end counted. */
  | 'inclusive'
  /** `start length`. */
  | 'length'
  /** Not at all. */
  | 'none';

/**
 * What has been learnt about one server, so that it is tried once and not by every connection.
 * Nothing here is a secret or a proof: losing it costs time.
 */
export interface Experience {
  features: Features | undefined;
  /** False once EPSV or EPRT was not known, or led nowhere. */
  knowsExtended: boolean;
  /**
   * True once a data connection has stood where EPSV has led, and as long as each one does: then a
   * command need not wait for the answer to the EPSV before it.
   */
  reachesData: boolean;
  /** False once commands that were sent before others were answered got no replies in their order. */
  takesPipelines: boolean;
  /** False once `LIST -a` was taken for a name. */
  listTakesFlags: boolean;
  /** By the verb that was tried. */
  readonly rangeStyles: Map<string, RangeStyle>;
  /** The ways of setting a time that did not work. */
  readonly uselessClocks: Set<string>;
  /**
   * Those that do not say by themselves which time has been set, by what MDTM has shown of them:
   * whether a time that was set is the one that was meant.
   */
  readonly tacitClocks: Map<string, 'unknown' | 'honest'>;
  /** True once a control connection was lost while data flowed: then NOOP keeps it alive. */
  losesControl: boolean;
  /** False once a NOOP during a transfer was answered by a refusal. */
  takesNoops: boolean;
}

export function inexperienced(): Experience {
  return {
    features: undefined,
    knowsExtended: true,
    reachesData: false,
    takesPipelines: true,
    listTakesFlags: true,
    rangeStyles: new Map(),
    uselessClocks: new Set(),
    tacitClocks: new Map(),
    losesControl: false,
    takesNoops: true,
  };
}
