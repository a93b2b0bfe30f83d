import { Check } from 'lucide-react'
import { useEffect, useRef, useState, type KeyboardEvent } from 'react'

interface OptionListProps {
  readonly label: string
  readonly options: readonly string[]
  /** Place of the option that is chosen; -1 for none. */
  readonly chosen: number
  readonly onChoose: (at: number) => void
}

/** A list box that takes the focus: arrow keys, Home, End, and the first letters of an option. */
export function OptionList({ label, options, chosen, onChoose }: OptionListProps) {
  const [at, setAt] = useState(Math.max(0, chosen))
  const list = useRef<HTMLUListElement>(null)
  const typed = useRef({ text: '', when: 0 })
  useEffect(() => {
    list.current?.focus({ preventScroll: true })
  }, [])
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: 'nearest' })
  }, [at])

  const goTo = (event: KeyboardEvent): number | null => {
    const last = options.length - 1
    const places: Record<string, number> = {
      ArrowDown: Math.min(last, at + 1), ArrowUp: Math.max(0, at - 1), Home: 0, End: last,
    }
    if (event.key in places) return places[event.key] ?? null
    if (event.key.length !== 1 || event.key === ' ' || event.ctrlKey || event.metaKey || event.altKey) return null
    const before = event.timeStamp - typed.current.when < 700 ? typed.current.text : ''
    typed.current = { text: before + event.key.toLowerCase(), when: event.timeStamp }
    const { text } = typed.current
    const from = before === '' ? at + 1 : at
    const order = options.map((_, i) => (from + i) % options.length)
    return order.find((i) => options[i]?.toLowerCase().startsWith(text)) ?? at
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const next = goTo(event)
    if (next !== null) setAt(next)
    else if (event.key === 'Enter' || event.key === ' ') onChoose(at)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const idOf = (i: number) => `${label}-option-${i}`.replaceAll(/\s/g, '-')
  return (
    <ul
      ref={list}
      className="option-list"
      role="listbox"
      tabIndex={0}
      aria-label={label}
      aria-activedescendant={idOf(at)}
      onKeyDown={onKeyDown}
    >
      {options.map((option, i) => (
        <li
          key={i}
          id={idOf(i)}
          className="option-list__item"
          role="option"
          aria-selected={i === chosen}
          data-at={i === at || undefined}
          onPointerMove={() => i !== at && setAt(i)}
          onClick={() => onChoose(i)}
        >
          <span className="option-list__text">{option}</span>
          {i === chosen && <Check className="option-list__mark" size={14} aria-hidden />}
        </li>
      ))}
    </ul>
  )
}
