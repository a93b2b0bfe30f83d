import { create } from 'zustand'

interface Outlined {
  /** Paths whose insides are not listed. */
  readonly closed: ReadonlySet<string>
}

/** Which parts of the outline are folded; kept while the page is open. */
export const useOutlined = create<Outlined>(() => ({ closed: new Set() }))

export function setOpen(path: string, open: boolean): void {
  useOutlined.setState(({ closed }) => {
    const next = new Set(closed)
    if (open) next.delete(path)
    else next.add(path)
    return { closed: next }
  })
}

/** Path of the row that an element is in; empty when it is in none. */
export function pathOf(target: EventTarget): string {
  return (target instanceof Element && target.closest<HTMLElement>('[data-path]')?.dataset['path']) || ''
}
