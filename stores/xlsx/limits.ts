/** Microsoft's "Excel specifications and limits". */
export const MOST_COLUMNS = 16_384
/** Of a sheet, its header among them. */
export const MOST_ROWS = 1_048_576
/** Of a cell, as UTF-16 has them. */
export const MOST_CHARACTERS = 32_767
