import { Search, X } from 'lucide-react'
import { useRef, type KeyboardEvent } from 'react'
import { t } from '../../i18n/t'
import './search-field.css'

interface SearchFieldProps {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  /** Called by the down arrow, to go to what was found. */
  readonly onDown?: () => void
  readonly onEnter?: () => void
  /** Whether it takes the focus when the dialog that it is in opens. */
  readonly first?: boolean
  /** The list box that its arrow keys go through, by its id, and the id of the option that they are on. */
  readonly list?: { readonly id: string; readonly active: string | undefined }
}

/** A field to search in; Escape empties it. */
export function SearchField({ label, value, onChange, onDown, onEnter, first, list }: SearchFieldProps) {
  const field = useRef<HTMLInputElement>(null)
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && value !== '') {
      event.stopPropagation()
      onChange('')
    } else if (event.key === 'ArrowDown' && onDown) {
      event.preventDefault()
      onDown()
    } else if (event.key === 'Enter' && onEnter) onEnter()
  }
  return (
    <div className="search-field">
      <Search className="search-field__icon" size={14} aria-hidden />
      <input
        ref={field}
        type={list ? 'text' : 'search'}
        className="search-field__input"
        role={list && 'combobox'}
        aria-expanded={list && true}
        aria-controls={list?.id}
        aria-activedescendant={list?.active}
        aria-autocomplete={list && 'list'}
        aria-label={label}
        placeholder={label}
        value={value}
        data-autofocus={first ? '' : undefined}
        data-keeps-escape={value === '' ? undefined : ''}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {value !== '' && (
        <button
          type="button"
          className="search-field__clear"
          aria-label={t('left.clearSearch')}
          onClick={() => {
            onChange('')
            field.current?.focus()
          }}
        >
          <X size={14} aria-hidden />
        </button>
      )}
    </div>
  )
}
