import { Command } from 'cmdk'
import { Check, Search } from 'lucide-react'
import { useState } from 'react'
import { t } from '../i18n/t'
import './search-list.css'

export interface SearchItem {
  readonly id: string
  readonly text: string
}

interface SearchListProps {
  readonly label: string
  readonly items: readonly SearchItem[]
  readonly chosen: string | undefined
  readonly onChoose: (id: string) => void
}

/** A list to search in; the arrow keys go through what was found. */
export function SearchList({ label, items, chosen, onChoose }: SearchListProps) {
  const [at, setAt] = useState(chosen ?? items[0]?.id ?? '')
  return (
    <Command className="search-list" label={label} loop value={at} onValueChange={setAt}>
      <div className="search-list__search">
        <Search size={14} aria-hidden />
        <Command.Input className="search-list__input" autoFocus placeholder={t('widgets.search')} />
      </div>
      <Command.List className="search-list__items" label={label}>
        <Command.Empty className="widget-note">{t('widgets.nothingFound')}</Command.Empty>
        {items.map(({ id, text }) => (
          <Command.Item
            key={id}
            value={id}
            keywords={[text]}
            className="search-list__item"
            onSelect={() => onChoose(id)}
          >
            <span className="search-list__mark">{id === chosen && <Check size={14} aria-hidden />}</span>
            <span className="search-list__text" title={text}>{text}</span>
          </Command.Item>
        ))}
      </Command.List>
    </Command>
  )
}
