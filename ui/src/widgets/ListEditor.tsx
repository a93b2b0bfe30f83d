import { ArrowDown, ArrowUp, List, Plus, X } from 'lucide-react'
import { Popover } from 'radix-ui'
import { useLayoutEffect, useRef, type KeyboardEvent } from 'react'
import type { JsonValue } from '../protocol'
import { t } from '../i18n/t'
import { Button } from '../shell/Button'
import { faultOf } from './check'
import { held, type Control } from './control'
import { ControlOf } from './ControlOf'
import { firstValue, inserted, shifted, without } from './lists'
import type { Field, FormOf } from './schema'
import './list.css'

/** A list of plain values: in a form the list itself, on a card a button that opens it. */
export function ListEditor(props: Control) {
  const { id, compact, disabled, label, aria, value } = props
  const items = itemsOf(props)
  if (!compact) return <Items {...props} items={items} />
  return (
    <Popover.Root>
      <Popover.Trigger id={id} className="choice nodrag" disabled={disabled} data-unset={value === undefined || undefined} {...aria}>
        <List className="model-picker__icon" size={14} aria-hidden />
        <span className="choice__text">{items.length === 0 ? t('widgets.listEmpty') : t('widgets.items', { n: items.length })}</span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="list-menu nowheel" align="start" sideOffset={4} collisionPadding={8} aria-label={label}>
          <Items {...props} items={items} compact={false} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}

const NONE: readonly JsonValue[] = []

function itemsOf(props: Control): readonly JsonValue[] {
  const now = held(props)
  return Array.isArray(now) ? now : NONE
}

function Items(props: Control & { readonly items: readonly JsonValue[] }) {
  const { id, field, items, disabled, label, aria, onChange } = props
  const list = useRef<HTMLOListElement>(null)
  const { item } = field.form as FormOf<'list'>
  const itemField: Field = { form: item, nullable: false, required: false, fallback: undefined }
  // The row that gets the focus once the list is another: an edit comes back some time after it was made
  const wanted = useRef<{ readonly at: number; readonly before: readonly JsonValue[] } | null>(null)
  const focus = (at: number) => {
    wanted.current = { at, before: items }
  }
  useLayoutEffect(() => {
    if (!wanted.current || wanted.current.before === items) return
    list.current?.children[wanted.current.at]?.querySelector<HTMLElement>('input, textarea, button')?.focus()
    wanted.current = null
  }, [items])
  const move = (from: number, to: number) => {
    if (to < 0 || to >= items.length) return
    onChange(shifted(items, from, to))
    focus(to)
  }
  const onKeyDown = (event: KeyboardEvent, at: number) => {
    const way = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0
    if (!event.altKey || way === 0) return
    event.preventDefault()
    event.stopPropagation()
    move(at, at + way)
  }
  return (
    <div className="list-editor" role="group" aria-label={label}>
      <ol ref={list} className="list-editor__items">
        {items.map((one, at) => {
          const place = String(at + 1)
          const faulty = faultOf(itemField, one) !== null
          return (
            <li key={at} className="list-editor__item" onKeyDownCapture={(event) => onKeyDown(event, at)}>
              <span className="list-editor__place" aria-hidden>{place}</span>
              <Item {...props} field={itemField} faulty={faulty} place={place} value={one}
                onChange={(next) => onChange(items.map((old, i) => (i === at ? next : old)))}
                onReset={() => onChange(without(items, at))}
              />
              <span className="list-editor__actions">
                <Action icon={ArrowUp} label={t('widgets.itemUp', { place })} disabled={disabled || at === 0} onClick={() => move(at, at - 1)} />
                <Action icon={ArrowDown} label={t('widgets.itemDown', { place })} disabled={disabled || at === items.length - 1} onClick={() => move(at, at + 1)} />
                <Action icon={X} label={t('widgets.itemRemove', { place })} disabled={disabled} onClick={() => {
                  onChange(without(items, at))
                  focus(Math.min(at, items.length - 2))
                }} />
              </span>
            </li>
          )
        })}
      </ol>
      <Button
        id={id}
        icon={Plus}
        className="list-editor__add"
        disabled={disabled}
        {...aria}
        aria-label={t('widgets.itemAddTo', { label, n: items.length })}
        onClick={() => {
          onChange(inserted(items, firstValue(item, items.at(-1))))
          focus(items.length)
        }}
      >
        {t('widgets.itemAdd')}
      </Button>
    </div>
  )
}

interface ItemProps extends Control {
  readonly place: string
  readonly faulty: boolean
}

function Item({ place, faulty, ...control }: ItemProps) {
  const label = t('widgets.item', { label: control.label, place })
  return (
    <span className="list-editor__control">
      <ControlOf
        {...control}
        id={`${control.id}-${place}`}
        label={label}
        compact={control.field.form.kind !== 'text'}
        aria={{ 'aria-label': label, ...(faulty ? { 'aria-invalid': true } : {}) }}
      />
    </span>
  )
}

interface ActionProps {
  readonly icon: typeof X
  readonly label: string
  readonly disabled: boolean
  readonly onClick: () => void
}

function Action({ icon: Icon, label, disabled, onClick }: ActionProps) {
  return (
    <button type="button" className="widget-icon" title={label} aria-label={label} disabled={disabled} onClick={onClick}>
      <Icon size={14} aria-hidden />
    </button>
  )
}
