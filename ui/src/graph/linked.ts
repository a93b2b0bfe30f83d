/** What is linked with what, straight or through others. */

import { INPUTS, OUTPUTS, type LinkView } from './links'

/** Instances with all those that they read, or all that read them. */
export function linkedWith(links: readonly LinkView[], names: Iterable<string>, side: 'before' | 'after'): Set<string> {
  const next = new Map<string, string[]>()
  for (const { source, target } of links) {
    if (source.name === INPUTS || target.name === OUTPUTS) continue
    const [from, to] = side === 'after' ? [source.name, target.name] : [target.name, source.name]
    const others = next.get(from)
    if (others) others.push(to)
    else next.set(from, [to])
  }
  const found = new Set(names)
  for (const name of found) for (const other of next.get(name) ?? []) found.add(other)
  return found
}
