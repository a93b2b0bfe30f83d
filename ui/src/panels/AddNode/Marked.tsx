import type { ReactNode } from 'react'
import type { Range } from '../../graph/search'
import './marked.css'

/** A text with what was searched for marked. */
export function Marked({ text, ranges }: { readonly text: string; readonly ranges: readonly Range[] }) {
  const parts: ReactNode[] = []
  let done = 0
  for (const [begin, end] of joined(ranges)) {
    parts.push(text.slice(done, begin), <mark key={begin} className="marked">{text.slice(begin, end)}</mark>)
    done = end
  }
  parts.push(text.slice(done))
  return <span>{parts}</span>
}

/** Ranges in order, those that touch each other as one. */
export function joined(ranges: readonly Range[]): Range[] {
  const found: Range[] = []
  for (const [begin, end] of [...ranges].sort((one, other) => one[0] - other[0])) {
    const last = found.at(-1)
    if (last && begin <= last[1]) last[1] = Math.max(last[1], end)
    else found.push([begin, end])
  }
  return found
}
