import { Box, ChevronDown } from 'lucide-react'
import { Popover } from 'radix-ui'
import { lazy, Suspense, useState } from 'react'
import { t } from '../i18n/t'
import { held, shownText, type Control } from './control'
import './model-picker.css'

const ModelChoice = lazy(() => import('./ModelChoice').then((module) => ({ default: module.ModelChoice })))

/** A model of the model folders, with what it is. */
export function ModelPicker(props: Control) {
  const { id, field, value, disabled, compact, aria } = props
  const [open, setOpen] = useState(false)
  const name = shownText(held(props))
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger
        id={id}
        className="choice nodrag"
        data-compact={compact || undefined}
        data-unset={value === undefined || undefined}
        disabled={disabled}
        {...aria}
      >
        <Box className="model-picker__icon" size={14} aria-hidden />
        <span className="choice__text" title={name}>
          {name || t(field.nullable ? 'widgets.notSet' : 'widgets.chooseModel')}
        </span>
        <ChevronDown className="choice__arrow" size={14} aria-hidden />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="choice-menu model-menu nowheel" align="start" sideOffset={4} collisionPadding={8} aria-label={props.label}>
          <Suspense fallback={<p className="widget-note">{t('widgets.loading')}</p>}>
            <ModelChoice {...props} name={name} onDone={() => setOpen(false)} />
          </Suspense>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
