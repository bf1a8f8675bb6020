/**
 * How many lanes each of the groups that copy side by side gets: as planned, or its share of a total that was
 * ordered. With fewer lanes than groups the last ones rest; what is left over goes to large tables alone, as a
 * group that was planned with one lane has no work for two.
 */
export function shareLanes(planned: readonly number[], total: number | undefined): number[] {
  if (total === undefined) return [...planned]
  const lanes = planned.map((_, index) => (index < total ? 1 : 0))
  const large = planned.flatMap((count, index) => (count > 1 && index < total ? [index] : []))
  for (let left = total - lanes.length, turn = 0; left > 0 && large.length > 0; left--, turn++)
    lanes[large[turn % large.length]!]!++
  return lanes
}
