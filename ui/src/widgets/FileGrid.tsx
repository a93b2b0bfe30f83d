import { File as FileIcon } from 'lucide-react'
import { useState, type KeyboardEvent } from 'react'
import { thumbOf } from './thumbs'

export interface GridFile {
  /** As a param takes it. */
  readonly name: string
  readonly title: string
  /** Small print below it. */
  readonly hint?: string
}

interface FileGridProps {
  readonly label: string
  readonly files: readonly GridFile[]
  readonly chosen: string
  readonly onChoose: (name: string) => void
}

/** Files with pictures. One stop of the Tab key, as in a list of radio buttons; arrow keys go from file to file. */
export function FileGrid({ label, files, chosen, onChoose }: FileGridProps) {
  const listed = files.findIndex((file) => file.name === chosen)
  const [at, setAt] = useState(Math.max(0, listed))
  const stop = Math.min(at, files.length - 1)
  const go = (event: KeyboardEvent<HTMLUListElement>) => {
    const ways: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }
    const way = ways[event.key]
    if (way === undefined) return
    event.preventDefault()
    const next = (stop + way + files.length) % files.length
    setAt(next)
    event.currentTarget.querySelectorAll('button')[next]?.focus()
  }
  return (
    <ul className="file-grid" aria-label={label} onKeyDown={go}>
      {files.map(({ name, title, hint }, i) => (
        <li key={name}>
          <button
            type="button"
            className="file-grid__item"
            tabIndex={i === stop ? 0 : -1}
            aria-pressed={name === chosen}
            title={title}
            onFocus={() => setAt(i)}
            onClick={() => onChoose(name)}
          >
            <Thumb name={name} />
            <span className="file-grid__name">{title}</span>
            {hint !== undefined && <small>{hint}</small>}
          </button>
        </li>
      ))}
    </ul>
  )
}

function Thumb({ name }: { readonly name: string }) {
  const picture = thumbOf(name)
  const [failed, setFailed] = useState(false)
  if (!picture || failed) return <span className="file-grid__thumb"><FileIcon size={22} aria-hidden /></span>
  return (
    <img className="file-grid__thumb" src={picture} alt="" loading="lazy" decoding="async" onError={() => setFailed(true)} />
  )
}
