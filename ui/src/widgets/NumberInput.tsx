import { Slider } from 'radix-ui'
import { useState, type KeyboardEvent } from 'react'
import { t } from '../i18n/t'
import { evaluate } from './arithmetic'
import { held, shownText, type Control } from './control'
import type { FormOf } from './schema'
import { clean, hasSlider, nearest, place, stepOf, stepped } from './stepping'
import { useDraft } from './useDraft'
import { useScrub } from './useScrub'
import './number.css'

/** Pixels of a drag that make one step. */
const PIXELS = 2

/** A number: typed, also as arithmetic; dragged; moved by arrow keys; on a slider where one is of use. */
export function NumberInput(props: Control) {
  const { field, compact } = props
  const { bounds } = field.form as FormOf<'number' | 'seed'>
  const now = held(props)
  const step = stepOf(bounds, Number(field.fallback ?? now ?? 0))
  const [sliding, setSliding] = useState<number | null>(null)
  const slides = field.form.kind === 'number' && typeof now === 'number' && hasSlider(bounds, step)
  const fill = compact && slides ? place(bounds, now) : null
  const typed = <NumberField {...props} step={step} fill={fill} override={sliding} />
  if (compact || !slides) return typed
  return (
    <div className="number-slider">
      <NumberSlider {...props} step={step} now={now} sliding={sliding} onSlide={setSliding} />
      {typed}
    </div>
  )
}

interface SliderProps extends Control {
  readonly step: number
  readonly now: number
  /** Where it is dragged to; null while it is not. */
  readonly sliding: number | null
  readonly onSlide: (to: number | null) => void
}

function NumberSlider({ field, step, now, sliding, onSlide, disabled, label, onChange }: SliderProps) {
  const { bounds } = field.form as FormOf<'number'>
  return (
    <Slider.Root
      className="number-slider__root"
      min={bounds.min ?? 0}
      max={bounds.max ?? 1}
      step={step}
      value={[sliding ?? now]}
      disabled={disabled}
      onValueChange={([to]) => onSlide(to === undefined ? null : nearest(bounds, clean(to)))}
      onValueCommit={([to]) => {
        onSlide(null)
        if (to !== undefined && to !== now) onChange(nearest(bounds, clean(to)))
      }}
    >
      <Slider.Track className="number-slider__track">
        <Slider.Range className="number-slider__range" />
      </Slider.Track>
      <Slider.Thumb className="number-slider__thumb" aria-label={t('widgets.slider', { label })} />
    </Slider.Root>
  )
}

interface FieldProps extends Control {
  readonly step: number
  /** Part of the range that is drawn filled behind the number. */
  readonly fill: number | null
  /** What the slider shows while it is dragged. */
  readonly override: number | null
}

function NumberField(props: FieldProps) {
  const { id, field, value, step, fill, override, compact, disabled, aria } = props
  const { bounds } = field.form as FormOf<'number' | 'seed'>
  const draft = useNumberDraft(props)
  const now = held(props)
  const from = () => evaluate(draft.text) ?? (typeof now === 'number' ? now : nearest(bounds, 0))
  const move = (start: number, steps: number) => draft.set(String(stepped(bounds, start, step, steps)))
  const start = typeof now === 'number' ? now : nearest(bounds, 0)
  const scrub = useScrub({
    onMove: (distance) => move(start, Math.trunc(distance / PIXELS)),
    onEnd: draft.settle,
    onCancel: draft.drop,
  })

  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const steps = keySteps(event)
    if (steps !== 0) move(from(), steps)
    else if (event.key === 'Enter') {
      draft.settle()
      if (event.ctrlKey || event.metaKey) return // runs the graph with it
    } else if (event.key !== 'Escape' || !draft.drop()) return
    else props.onFault(null)
    event.preventDefault()
    event.stopPropagation()
  }
  const shown = override === null ? draft.text : String(override)
  return (
    <input
      id={id}
      type="text"
      role="spinbutton"
      inputMode={(bounds.min ?? -1) < 0 || !bounds.whole ? 'text' : 'numeric'}
      autoComplete="off"
      className="number-input nodrag"
      data-compact={compact || undefined}
      data-unset={value === undefined || undefined}
      style={fill === null ? undefined : { '--fill': `${fill * 100}%` }}
      value={shown}
      placeholder={t(field.nullable ? 'widgets.notSet' : 'widgets.needed')}
      disabled={disabled}
      aria-valuenow={typeof now === 'number' ? now : undefined}
      aria-valuetext={shown || undefined}
      aria-valuemin={bounds.min}
      aria-valuemax={bounds.max}
      {...aria}
      {...scrub}
      onChange={(event) => {
        props.onFault(null)
        draft.set(event.target.value)
      }}
      onBlur={draft.settle}
      onKeyDown={onKeyDown}
      onKeyUp={(event) => {
        if (['ArrowUp', 'ArrowDown', 'PageUp', 'PageDown'].includes(event.key)) draft.settle()
      }}
    />
  )
}

/** Steps that a key makes; holding it makes one edit, which ends when it is let go. */
function keySteps(event: KeyboardEvent): number {
  const pace = event.shiftKey ? 10 : 1
  const steps: Record<string, number> = { ArrowUp: pace, ArrowDown: -pace, PageUp: 10, PageDown: -10 }
  return event.ctrlKey || event.metaKey || event.altKey ? 0 : (steps[event.key] ?? 0)
}

/** An empty field means "not given" where that is a value, else the default. */
function useNumberDraft(control: Control) {
  const { field, onChange, onReset, onFault } = control
  return useDraft(shownText(held(control)), (text) => {
    const result = text.trim() === '' ? null : evaluate(text)
    if (result !== null) onChange(clean(result))
    else if (text.trim() !== '') {
      onFault({ key: 'widgets.faultArithmetic', values: { text } })
      return false
    } else if (field.nullable) onChange(null)
    else onReset()
    onFault(null)
    return true
  })
}
