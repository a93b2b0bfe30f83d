import { useEffect, useRef, useState } from 'react'
import { t } from '../i18n/t'
import { readColour, writeColour } from './colours'
import { held, shownText, type Control } from './control'
import { LineInput } from './TextInput'
import './colour.css'

/** A colour: a swatch that opens the system's picker, the digits, and in forms how much shines through. */
export function ColourInput(props: Control) {
  const { label, disabled, compact, onChange } = props
  const now = shownText(held(props))
  const [draft, setDraft] = useState<string | null>(null)
  const picking = useRef<string | null>(null)
  const colour = readColour(draft ?? now) ?? { solid: '#000000', opacity: 1 }
  const drag = (text: string) => {
    picking.current = text
    setDraft(text)
  }
  const settle = () => {
    if (picking.current !== null && picking.current !== now) onChange(picking.current)
    picking.current = null
    setDraft(null)
  }
  const native = useRef<HTMLInputElement>(null)
  useEffect(() => {
    // React has no event for the end of picking: its onChange is the browser's "input"
    const element = native.current
    element?.addEventListener('change', settle)
    return () => element?.removeEventListener('change', settle)
  })
  return (
    <div className="colour" data-compact={compact || undefined}>
      <span className="colour__swatch" style={{ '--swatch': readColour(draft ?? now) ? (draft ?? now) : 'transparent' }}>
        <input
          ref={native}
          type="color"
          className="colour__native nodrag"
          aria-label={t('widgets.colourPick', { label })}
          value={colour.solid}
          disabled={disabled}
          onChange={(event) => drag(writeColour({ ...colour, solid: event.target.value }))}
          onBlur={settle}
        />
      </span>
      <LineInput {...props} {...(draft === null ? {} : { value: draft })} />
      {!compact && (
        <label className="colour__opacity">
          <span className="colour__percent">{t('widgets.opacity', { percent: `${Math.round(colour.opacity * 100)}` })}</span>
          <input
            type="range"
            min={0}
            max={100}
            value={Math.round(colour.opacity * 100)}
            disabled={disabled}
            onChange={(event) => drag(writeColour({ ...colour, opacity: Number(event.target.value) / 100 }))}
            onPointerUp={settle}
            onKeyUp={settle}
            onBlur={settle}
          />
        </label>
      )}
    </div>
  )
}
