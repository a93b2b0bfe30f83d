import { Command } from 'cmdk'
import { Box, Check, Search } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { t } from '../i18n/t'
import './search-list.css'

export interface SearchItem {
  readonly id: string
  readonly text: string
  /** Small print at the end of the row. */
  readonly hint?: string
  /** Address of a small picture; empty for a row that has none where others do. */
  readonly picture?: string
}

interface SearchListProps {
  readonly label: string
  readonly items: readonly SearchItem[]
  readonly chosen: string | undefined
  readonly onChoose: (id: string) => void
  /** Shown when the list has no items at all. */
  readonly empty?: string
  /** What stands below the list, about the item under the cursor. */
  readonly foot?: (id: string) => ReactNode
}

/** A list to search in; the arrow keys go through what was found. */
export function SearchList({ label, items, chosen, onChoose, empty, foot }: SearchListProps) {
  const [at, setAt] = useState(chosen ?? items[0]?.id ?? '')
  return (
    <Command className="search-list" label={label} loop value={at} onValueChange={setAt}>
      <div className="search-list__search">
        <Search size={14} aria-hidden />
        <Command.Input className="search-list__input" autoFocus placeholder={t('widgets.search')} />
      </div>
      <Command.List className="search-list__items" label={label}>
        <Command.Empty className="widget-note">
          {items.length === 0 && empty !== undefined ? empty : t('widgets.nothingFound')}
        </Command.Empty>
        {items.map(({ id, text, hint, picture }) => (
          <Command.Item
            key={id}
            value={id}
            keywords={[text]}
            className="search-list__item"
            onSelect={() => onChoose(id)}
          >
            <span className="search-list__mark">{id === chosen && <Check size={14} aria-hidden />}</span>
            {picture !== undefined && <Thumb picture={picture} />}
            <span className="search-list__text" title={text}>{text}</span>
            {hint !== undefined && <span className="search-list__hint">{hint}</span>}
          </Command.Item>
        ))}
      </Command.List>
      {foot && at !== '' && <div className="search-list__foot">{foot(at)}</div>}
    </Command>
  )
}

function Thumb({ picture }: { readonly picture: string }) {
  if (picture === '') return <span className="search-list__thumb"><Box size={18} aria-hidden /></span>
  return <img className="search-list__thumb" src={picture} alt="" loading="lazy" decoding="async" />
}
