/**
 * Values by key, of which each listener hears one: a card hears of its own node only, so that a run of
 * thousands of nodes does not draw thousands of cards for each event. Changes are told once a frame.
 */

import { useCallback, useSyncExternalStore } from 'react'

export class Keyed<T> {
  private values = new Map<string, T>()
  private readonly listeners = new Map<string, Set<() => void>>()
  private readonly all = new Set<() => void>()
  private changed = new Set<string>()
  private frame = 0

  get(key: string): T | undefined {
    return this.values.get(key)
  }

  keys(): Iterable<string> {
    return this.values.keys()
  }

  entries(): Iterable<[string, T]> {
    return this.values.entries()
  }

  get size(): number {
    return this.values.size
  }

  set(key: string, value: T): void {
    if (this.values.get(key) === value) return
    this.values.set(key, value)
    this.mark(key)
  }

  delete(key: string): void {
    if (this.values.delete(key)) this.mark(key)
  }

  /** Forget every key that begins so. */
  deleteAll(prefix: string): void {
    for (const key of [...this.values.keys()]) if (key.startsWith(prefix)) this.delete(key)
  }

  /** Hear of one key. */
  subscribe(key: string, listener: () => void): () => void {
    let heard = this.listeners.get(key)
    if (!heard) this.listeners.set(key, (heard = new Set()))
    heard.add(listener)
    return () => {
      heard.delete(listener)
      if (heard.size === 0) this.listeners.delete(key)
    }
  }

  /** Hear that anything changed. */
  subscribeAll(listener: () => void): () => void {
    this.all.add(listener)
    return () => this.all.delete(listener)
  }

  /** Tell what changed now rather than at the next frame. */
  flush(): void {
    cancelAnimationFrame(this.frame)
    this.frame = 0
    const changed = this.changed
    this.changed = new Set()
    for (const key of changed) for (const listener of [...(this.listeners.get(key) ?? [])]) listener()
    if (changed.size > 0) for (const listener of [...this.all]) listener()
  }

  private mark(key: string): void {
    this.changed.add(key)
    if (this.frame === 0) this.frame = requestAnimationFrame(() => this.flush())
  }
}

/** One value of a keyed store, drawn anew when it changes. */
export function useKeyed<T>(store: Keyed<T>, key: string): T | undefined {
  // The same function each time, or each drawing would leave the store and enter it again.
  const subscribe = useCallback((listener: () => void) => store.subscribe(key, listener), [store, key])
  return useSyncExternalStore(subscribe, () => store.get(key))
}
