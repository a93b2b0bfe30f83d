/** Operations on instances: add, remove, name, set values, move, switch modes. */

import type { Graph, Instance, JsonValue, Operation } from '../protocol'
import { copy, cornerOf, paste } from './clipboard'
import { entry, type Path, type Point } from './level'
import type { Catalogue } from './ports'
import { loopField } from './rewiring'

/**
 * A name for an instance: the last part of an id, without dots and slashes, numbered from 2 when it is taken.
 */
export function freeName(level: Graph, base: string, taken: ReadonlySet<string> = new Set()): string {
  return freeKey(readable(base), (name) => taken.has(name) || entry(level.nodes, name) !== undefined)
}

/** A key like the one that is wanted, numbered from 2 when it is taken. */
export function freeKey(wanted: string, isTaken: (key: string) => boolean): string {
  if (!isTaken(wanted)) return wanted
  let number = 2
  while (isTaken(`${wanted}_${number}`)) number += 1
  return `${wanted}_${number}`
}

/** Add an instance of a node under a free name; nothing when there is no such node. */
export function addNode(
  level: Graph,
  type: string,
  position: Readonly<Point>,
  catalogue: Catalogue,
  at: Path = '',
): Operation[] {
  const node = catalogue.nodes.get(type)
  if (!node) return []
  return [addInstance(freeName(level, type), { type, version: node.version }, position, at)]
}

/** Add an instance under a name that is free. */
export function addInstance(
  name: string,
  instance: Instance,
  position: Readonly<Point>,
  at: Path = '',
): Operation {
  return { op: 'add', at, name, instance: toJson(instance), position: [position[0], position[1]] }
}

/** Remove instances with all that is linked to them. */
export function removeAll(names: Iterable<string>, at: Path = ''): Operation[] {
  const all = [...names]
  return all.length > 0 ? [{ op: 'remove', at, names: all }] : []
}

/** Type a value into a port; a link to it goes. */
export function setParam(
  level: Graph,
  name: string,
  port: string,
  value: JsonValue,
  at: Path = '',
): Operation[] {
  const instance = entry(level.nodes, name)
  const fields = instance && loopField(instance, port, value)
  if (!fields) return [{ op: 'set_param', at, name, port, value }]
  return [...dropLinks(instance, name, port, at), { op: 'set_fields', at, name, fields }]
}

/** Let a port have its default again. */
export function unsetParam(level: Graph, name: string, port: string, at: Path = ''): Operation[] {
  const instance = entry(level.nodes, name)
  const fields = instance && loopField(instance, port, null)
  if (fields) return [{ op: 'set_fields', at, name, fields }]
  return [{ op: 'unset_param', at, name, port }]
}

/** Give an instance another name, as near to the wanted one as is free; nothing when that is the old one. */
export function rename(level: Graph, name: string, wanted: string, at: Path = ''): Operation[] {
  const base = wanted.trim().replace(/[./]+/g, '_')
  if (base === '' || base === name) return []
  const to = freeKey(base, (key) => key !== name && entry(level.nodes, key) !== undefined)
  return to === name ? [] : [{ op: 'rename', at, name, to }]
}

/** Show an instance under a title; an empty one shows its name again. */
export function setTitle(name: string, title: string, at: Path = ''): Operation[] {
  return setFields(name, { title: title.trim() || null }, at)
}

/** Set fields of an instance that are neither params nor links; null gives one its default again. */
export function setFields(name: string, fields: Record<string, JsonValue>, at: Path = ''): Operation[] {
  return [{ op: 'set_fields', at, name, fields }]
}

/** Put instances, groups or notes elsewhere: key of the view → place. Places are rounded to whole pixels. */
export function moveTo(positions: ReadonlyMap<string, Readonly<Point>>, at: Path = ''): Operation[] {
  if (positions.size === 0) return []
  const rounded = [...positions].map(([key, [x, y]]): [string, Point] => [
    key,
    [Math.round(x), Math.round(y)],
  ])
  return [{ op: 'move', at, positions: Object.fromEntries(rounded) }]
}

/** Copies of instances beside them, with the links among them and those from outside. */
export function duplicate(
  level: Graph,
  names: Iterable<string>,
  at: Path = '',
  offset: Readonly<Point> = [32, 32],
): Operation[] {
  const clip = copy(level, names)
  const [x, y] = cornerOf(clip)
  return paste(level, clip, at, [x + offset[0], y + offset[1]])
}

/** Mute or bypass instances; where all are so already, let them run again. */
export function toggleMode(
  level: Graph,
  names: Iterable<string>,
  mode: 'mute' | 'bypass',
  at: Path = '',
): Operation[] {
  const there = [...names].filter((name) => entry(level.nodes, name))
  const all = there.every((name) => entry(level.nodes, name)?.mode === mode)
  return there.flatMap((name) => setFields(name, { mode: all ? null : mode }, at))
}

/** Lift a port, so that the instance runs for each item of a list linked there; or lower it again. */
export function lift(level: Graph, name: string, port: string, at: Path = ''): Operation[] {
  const over = entry(level.nodes, name)?.over ?? []
  const after = over.includes(port) ? over.filter((each) => each !== port) : [...over, port]
  return setFields(name, { over: after.length > 0 ? after : null }, at)
}

/** Use a stored result whatever changes, by its key (hex); null lets the instance compute again. */
export function freeze(name: string, key: string | null, at: Path = ''): Operation[] {
  return setFields(name, { frozen: key }, at)
}

/** Let a loop that goes on from a step of another run begin at its beginning. */
export function unfork(name: string, at: Path = ''): Operation[] {
  return setFields(name, { fork: null }, at)
}

/** Freeze instances at their results, of which the keys are given; where all these are frozen already, let them compute. */
export function toggleFrozen(level: Graph, keys: ReadonlyMap<string, string>, at: Path = ''): Operation[] {
  const there = [...keys].flatMap(([name, key]) => {
    const instance = entry(level.nodes, name)
    return instance && (key || instance.frozen) ? [{ name, key, frozen: Boolean(instance.frozen) }] : []
  })
  if (there.every(({ frozen }) => frozen)) return there.flatMap(({ name }) => freeze(name, null, at))
  return there.flatMap(({ name, key, frozen }) => (frozen ? [] : freeze(name, key, at)))
}

/** An instance as operations carry it. */
export function toJson(instance: Instance): { [k: string]: JsonValue } {
  return JSON.parse(JSON.stringify(instance)) as { [k: string]: JsonValue }
}

function dropLinks(instance: Instance, name: string, port: string, at: Path): Operation[] {
  return entry(instance.links, port) === undefined ? [] : [{ op: 'unlink', at, name, port }]
}

function readable(base: string): string {
  return base.slice(base.lastIndexOf('.') + 1).replace(/\/+/g, '_') || 'node'
}
