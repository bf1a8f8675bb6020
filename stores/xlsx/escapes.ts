/**
 * Characters that XML cannot hold, spelled `_xHHHH_` (ECMA-376 part 1, 22.9.2.19, ST_Xstring), and texts that only look so, whose
 * first `_` is spelled in the same way. A carriage return is one of them: XML makes a newline of it.
 */
const NEEDS = /(?![\t\n])[\p{Cc}\p{Cs}\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)/gu
const ESCAPE = /_x([0-9A-Fa-f]{4})_/g

export const escapeText = (text: string): string =>
  text.replace(NEEDS, char => `_x${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`)

export const unescapeText = (text: string): string =>
  text.includes('_x') ? text.replace(ESCAPE, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))) : text
