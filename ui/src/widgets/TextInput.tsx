import { useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react'
import { t } from '../i18n/t'
import { held, shownText, type Control } from './control'
import type { FormOf } from './schema'
import { useDraft, type Draft } from './useDraft'
import { partsOf } from './wildcards'
import './text.css'

/** One line of text. Escape drops what is typed. */
export function LineInput(props: Control) {
  const { id, field, value, disabled, aria } = props
  const draft = useTextDraft(props)
  return (
    <input
      id={id}
      type="text"
      className="text-line nodrag"
      value={draft.text}
      placeholder={placeholder(props)}
      disabled={disabled}
      spellCheck={false}
      autoComplete="off"
      data-unset={value === undefined || undefined}
      data-mono={('pattern' in field.form && field.form.pattern !== undefined) || undefined}
      {...aria}
      onChange={(event) => draft.set(event.target.value)}
      onBlur={draft.settle}
      onKeyDown={(event) => onLineKey(event, draft)}
    />
  )
}

/**
 * Text of several lines that grows with what is typed; the random parts of prompts stand out.
 *
 * On a card it keeps to its row, and lies over what is below while it is typed in. Nobody loses a page of text to
 * Escape: it leaves the field, as it leaves any, and undo takes the text back.
 */
export function TextArea(props: Control) {
  const { id, field, value, disabled, compact, aria } = props
  const draft = useTextDraft(props)
  const [focused, setFocused] = useState(false)
  const area = useRef<HTMLTextAreaElement>(null)
  const text = draft.text
  useLayoutEffect(() => {
    const element = area.current
    if (!element) return
    element.style.height = ''
    if (!compact || focused) element.style.height = `${element.scrollHeight}px`
  }, [text, compact, focused])
  const { maxLength } = field.form as FormOf<'text'>
  return (
    <div className="text-area" data-compact={compact || undefined} data-focused={focused || undefined}>
      <div className="text-area__box">
        <div className="text-area__marks" aria-hidden>
          {partsOf(text).map((part, i) =>
            part.kind === 'plain' ? part.text : <mark key={i} data-kind={part.kind}>{part.text}</mark>,
          )}
          {'\n'}
        </div>
        <textarea
          id={id}
          ref={area}
          className="text-area__field nodrag"
          rows={1}
          value={text}
          placeholder={placeholder(props)}
          disabled={disabled}
          data-unset={value === undefined || undefined}
          {...aria}
          onChange={(event) => draft.set(event.target.value)}
          onScroll={(event) => {
            const marks = event.currentTarget.previousElementSibling
            if (marks) marks.scrollTop = event.currentTarget.scrollTop
          }}
          onFocus={() => setFocused(true)}
          onBlur={() => {
            setFocused(false)
            draft.settle()
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) draft.settle() // and runs the graph with it
          }}
        />
      </div>
      {maxLength !== undefined && focused && (
        <span className="text-area__count">{t('widgets.characters', { n: [...text].length, most: maxLength })}</span>
      )}
    </div>
  )
}

function onLineKey(event: KeyboardEvent, draft: Draft): void {
  if (event.key === 'Enter') {
    draft.settle()
    if (event.ctrlKey || event.metaKey) return // runs the graph with it
    event.preventDefault()
  } else if (event.key === 'Escape' && draft.drop()) event.preventDefault()
  else return
  event.stopPropagation()
}

function useTextDraft(control: Control): Draft {
  const { field, onChange } = control
  return useDraft(shownText(held(control)), (text) => {
    onChange(text === '' && field.nullable ? null : text)
    return true
  })
}

function placeholder({ field, value }: Control): string {
  if (field.required && value === undefined) return t('widgets.needed')
  return t(field.nullable ? 'widgets.notSet' : 'widgets.emptyText')
}
