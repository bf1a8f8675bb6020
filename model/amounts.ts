/** Amounts in words, the same in every locale. */

/** `1,234,567 rows`, `1 row`. */
export function count(amount: number, thing: string): string {
  return `${number(amount)} ${thing}${amount === 1 ? '' : 's'}`
}

/** `one row has`, `1,234 rows have`: the beginning of a sentence. */
export function rowsThat(amount: number, has: string, have: string): string {
  return amount === 1 ? `one row ${has}` : `${count(amount, 'row')} ${have}`
}

/** Digits in groups of three. */
export function number(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** `12 bytes`, `1.4 MiB`. */
export function showBytes(bytes: number): string {
  const unit = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), UNITS.length - 1)
  const amount = bytes / 1024 ** unit
  return `${amount >= 100 || unit === 0 || Number.isInteger(amount) ? Math.round(amount) : amount.toFixed(1)} ${UNITS[unit]}`
}

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']
