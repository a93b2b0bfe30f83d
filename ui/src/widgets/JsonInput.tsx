import type { JsonValue } from '../protocol'
import { t } from '../i18n/t'
import type { Control } from './control'
import { useDraft } from './useDraft'

/** Any value as JSON: for what no other control can show. */
export function JsonInput({ id, field, value, disabled, compact, aria, onChange, onReset, onFault }: Control) {
  const draft = useDraft(value === undefined ? '' : JSON.stringify(value), (text) => {
    if (text.trim() === '') onReset()
    else {
      const read = parse(text)
      if (read === undefined) {
        onFault({ key: 'widgets.faultJson' })
        return false
      }
      onChange(read)
    }
    onFault(null)
    return true
  })
  return (
    <textarea
      id={id}
      className="text-line nodrag"
      data-mono
      rows={compact ? 1 : Math.min(6, Math.ceil(draft.text.length / 40) || 1)}
      value={draft.text}
      placeholder={field.fallback === undefined ? t('widgets.needed') : JSON.stringify(field.fallback)}
      disabled={disabled}
      spellCheck={false}
      {...aria}
      onChange={(event) => {
        onFault(null)
        draft.set(event.target.value)
      }}
      onBlur={draft.settle}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && !event.shiftKey) draft.settle()
        else if (event.key !== 'Escape' || !draft.drop()) return
        else onFault(null)
        event.preventDefault()
        event.stopPropagation()
      }}
    />
  )
}

function parse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return undefined
  }
}
