/** One file of a font, as the index beside the files lists it. */
export type FontFile = {
  /** In the folder of the fonts. */
  readonly name: string;
  readonly weight: 400 | 700;
  /** Code points that it was cut to, ends included; single ones may still be missing. */
  readonly ranges: readonly (readonly [number, number])[];
};
