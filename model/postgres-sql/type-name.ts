/** The name of a type as PostgreSQL prints it behind `::`. */
import type { TypeName } from './ast.ts'
import type { Cursor } from './cursor.ts'

export function typeName(cursor: Cursor): TypeName {
  const first = cursor.name()
  if (cursor.takeOperator('.')) {
    const name = cursor.name()
    return { schema: first, name, ...tail(cursor) }
  }
  const words = [first]
  if (/^(character|bit)$/i.test(first) && cursor.take('VARYING')) words.push('varying')
  if (/^double$/i.test(first) && cursor.take('PRECISION')) words.push('precision')
  if (/^interval$/i.test(first)) skipFields(cursor)
  const isClock = /^(timestamp|time)$/i.test(first)
  const modifiers = isClock ? modifiersOf(cursor) : []
  if (isClock && cursor.take('WITH', 'TIME', 'ZONE')) words.push('with time zone')
  else if (isClock && cursor.take('WITHOUT', 'TIME', 'ZONE')) words.push('without time zone')
  const end = tail(cursor)
  return { name: words.join(' '), ...end, modifiers: [...modifiers, ...end.modifiers] }
}

function tail(cursor: Cursor): Pick<TypeName, 'modifiers' | 'isArray'> {
  const modifiers = modifiersOf(cursor)
  let isArray = false
  while (cursor.isOperator('[') && cursor.isOperator(']', 1)) {
    cursor.next()
    cursor.next()
    isArray = true
  }
  return { modifiers, isArray }
}

function modifiersOf(cursor: Cursor): number[] {
  if (!cursor.isOperator('(')) return []
  return cursor.inParentheses(() =>
    cursor.list(() => {
      const sign = cursor.takeOperator('-') ? -1 : 1
      return cursor.token.kind === 'number'
        ? sign * Number(cursor.next().value)
        : cursor.fail('a modifier of a type that is no number')
    }),
  )
}

/** `interval day to second`: what it holds is not looked at. */
function skipFields(cursor: Cursor): void {
  while (['YEAR', 'MONTH', 'DAY', 'HOUR', 'MINUTE', 'SECOND', 'TO'].some(word => cursor.take(word))) {}
}
