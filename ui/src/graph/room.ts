/** Room for what becomes larger or smaller. */

import type { Area } from './frame'
import type { Point } from './level'

/**
 * Where the others go when one of them gets another size: what stands below it goes along with its lower edge,
 * what stands right of it and not below with its right edge. To make it as it was before takes them back.
 */
export function makeRoom(areas: ReadonlyMap<string, Area>, name: string, size: Readonly<Point>): Map<string, Point> {
  const places = new Map<string, Point>()
  const own = areas.get(name)
  if (!own) return places
  const [dx, dy] = [size[0] - own.size[0], size[1] - own.size[1]]
  const [right, bottom] = [own.at[0] + own.size[0], own.at[1] + own.size[1]]
  const reach = own.at[0] + Math.max(size[0], own.size[0])
  for (const [other, { at, size: extent }] of areas) {
    if (other === name) continue
    if (at[1] < bottom) {
      if (at[0] >= right) places.set(other, [at[0] + dx, at[1]])
    } else if (at[0] < reach && at[0] + extent[0] > own.at[0]) places.set(other, [at[0], at[1] + dy])
  }
  return places
}
