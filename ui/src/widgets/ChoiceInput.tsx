import { ChevronDown } from 'lucide-react'
import { Popover } from 'radix-ui'
import { lazy, Suspense, useState } from 'react'
import type { JsonValue } from '../protocol'
import { t } from '../i18n/t'
import { said, same } from './check'
import { held, type Control } from './control'
import { OptionList } from './OptionList'
import type { FormOf } from './schema'
import './choice.css'

const SearchList = lazy(() => import('./SearchList').then((module) => ({ default: module.SearchList })))

/** Options above which people search rather than look through. */
const MANY = 12

/** One of several values. A value that is none of them is shown beside them. */
export function ChoiceInput(props: Control) {
  const { field } = props
  const listed = field.form.kind === 'choice' ? (field.form as FormOf<'choice'>).options : [false, true]
  const now = held(props) ?? (field.nullable ? null : undefined)
  const all: JsonValue[] = field.nullable ? [null, ...listed] : [...listed]
  const strange = now !== undefined && !all.some((one) => same(one, now))
  const options = strange ? [now, ...all] : all
  const at = now === undefined ? -1 : options.findIndex((one) => same(one, now))
  return <Chooser {...props} options={options} at={at} />
}

interface ChooserProps extends Control {
  readonly options: readonly JsonValue[]
  readonly at: number
}

function optionText(option: JsonValue | undefined): string {
  if (option === null) return t('widgets.notSet')
  if (option === undefined) return t('widgets.choose')
  if (typeof option === 'boolean') return t(option ? 'widgets.yes' : 'widgets.no')
  return option === '' ? t('widgets.emptyText') : said(option)
}

function Chooser({ id, options, at, disabled, value, label, aria, onChange }: ChooserProps) {
  const [open, setOpen] = useState(false)
  const choose = (index: number) => {
    const chosen = options[index]
    if (chosen !== undefined) onChange(chosen)
    setOpen(false)
  }
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger
        id={id}
        className="choice nodrag"
        role="combobox"
        aria-haspopup="listbox"
        disabled={disabled}
        data-unset={value === undefined || undefined}
        {...aria}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
          event.preventDefault()
          event.stopPropagation()
          setOpen(true)
        }}
      >
        <span className="choice__text">{optionText(options[at])}</span>
        <ChevronDown className="choice__arrow" size={14} aria-hidden />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="choice-menu nowheel" align="start" sideOffset={4} collisionPadding={8} aria-label={label}>
          {options.length > MANY ? (
            <Suspense fallback={<p className="widget-note">{t('widgets.loading')}</p>}>
              <SearchList
                label={label}
                chosen={at < 0 ? undefined : String(at)}
                items={options.map((option, i) => ({ id: String(i), text: optionText(option) }))}
                onChoose={(index) => choose(Number(index))}
              />
            </Suspense>
          ) : (
            <OptionList label={label} options={options.map(optionText)} chosen={at} onChoose={choose} />
          )}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
