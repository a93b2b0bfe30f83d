import { useState, type KeyboardEvent } from 'react'
import { t } from '../i18n/t'
import { changeBox, useWriting, writeInto } from './boxes'
import { focusCard } from './view'

interface BoxTextProps {
  readonly box: string
  readonly text: string
  readonly label: string
  readonly placeholder: string
  readonly className: string
  /** Whether Enter begins a new line rather than ending the text. */
  readonly lines?: boolean
}

/** The title of a frame or the text of a note: dragged with it, and written after a double click, Enter or F2. */
export function BoxText({ box, text, label, placeholder, className, lines = false }: BoxTextProps) {
  const writing = useWriting((now) => now.box === box)
  if (writing) return <Field key={text} {...{ box, text, label, placeholder, className, lines }} />
  return (
    <div className={`${className} ${text ? '' : 'box-text--empty'}`} title={t('canvas.writeHint')} onDoubleClick={() => writeInto(box)}>
      {text || placeholder}
    </div>
  )
}

function Field({ box, text, label, placeholder, className, lines }: BoxTextProps) {
  const [draft, setDraft] = useState(text)
  const end = (keep: boolean) => {
    if (useWriting.getState().box !== box) return
    useWriting.setState({ box: '' })
    if (keep && draft !== text) changeBox(box, { text: draft })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const done = event.key === 'Enter' && (!lines || event.ctrlKey || event.metaKey)
    if (!done && event.key !== 'Escape') return
    event.preventDefault()
    event.stopPropagation()
    end(done || lines === true)
    focusCard(box)
  }
  const shared = {
    className: `${className} nodrag nowheel nopan`,
    'aria-label': label,
    placeholder,
    value: draft,
    autoFocus: true,
    onBlur: () => end(true),
    onKeyDown,
  }
  return lines ? (
    <textarea {...shared} onChange={(event) => setDraft(event.target.value)} />
  ) : (
    <input {...shared} onFocus={(event) => event.target.select()} onChange={(event) => setDraft(event.target.value)} />
  )
}
