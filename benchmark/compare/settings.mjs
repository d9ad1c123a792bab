// What all systems are given alike.

/** Of every graph. */
export const CONSTRUCTION = { m: 16, ef: 100 }

/** Candidates that a search may look at, from which the least is taken that finds enough. */
export const EFFORTS = [
  10, 16, 24, 32, 40, 48, 56, 64, 80, 96, 104, 112, 120, 128, 144, 160, 192, 256, 384, 512, 768, 1024
]

/** The share of the exact nearest points that a search has to find. */
export const WANTED_RECALL = 0.95
