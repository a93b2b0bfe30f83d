import { ArrowUp, Dices, Lock, Shuffle, type LucideIcon } from 'lucide-react'
import { ToggleGroup } from 'radix-ui'
import { t, type Key } from '../i18n/t'
import type { Control } from './control'
import { NumberInput } from './NumberInput'
import type { FormOf } from './schema'
import { drawSeed, seedModes, type SeedMode } from './seeds'
import './seed.css'

interface SeedProps extends Control {
  readonly mode: SeedMode | undefined
  readonly onMode: ((mode: SeedMode) => void) | undefined
}

const looks: Record<SeedMode, { icon: LucideIcon; key: Key }> = {
  fixed: { icon: Lock, key: 'widgets.seedFixed' },
  random: { icon: Shuffle, key: 'widgets.seedRandom' },
  step: { icon: ArrowUp, key: 'widgets.seedStep' },
}

/** A seed: a number that can be drawn, and what happens to it before each run. */
export function SeedInput({ mode = 'fixed', onMode, ...control }: SeedProps) {
  const { field, compact, disabled, label, onChange } = control
  const { bounds } = field.form as FormOf<'seed'>
  return (
    <div className="seed" data-compact={compact || undefined}>
      <div className="seed__number">
        <NumberInput {...control} />
        <button
          type="button"
          className="widget-icon nodrag"
          disabled={disabled}
          title={t('widgets.seedDraw')}
          aria-label={t('widgets.seedDrawFor', { label })}
          onClick={() => onChange(drawSeed(bounds))}
        >
          <Dices size={16} aria-hidden />
        </button>
        {onMode && compact && <ModeButton mode={mode} onMode={onMode} disabled={disabled} />}
      </div>
      {onMode && !compact && <ModeChoice mode={mode} onMode={onMode} disabled={disabled} label={label} />}
    </div>
  )
}

interface ModeProps {
  readonly mode: SeedMode
  readonly onMode: (mode: SeedMode) => void
  readonly disabled: boolean
}

/** One button that goes round the modes: a card has no room for three. */
function ModeButton({ mode, onMode, disabled }: ModeProps) {
  const { icon: Icon, key } = looks[mode]
  const next = seedModes[(seedModes.indexOf(mode) + 1) % seedModes.length] ?? 'fixed'
  const told = t('widgets.seedMode', { mode: t(key) })
  return (
    <button
      type="button"
      className="widget-icon nodrag"
      data-on={mode !== 'fixed' || undefined}
      disabled={disabled}
      title={told}
      aria-label={told}
      onClick={() => onMode(next)}
    >
      <Icon size={14} aria-hidden />
    </button>
  )
}

function ModeChoice({ mode, onMode, disabled, label }: ModeProps & { readonly label: string }) {
  return (
    <div className="seed__modes">
      <span className="seed__hint">{t('widgets.seedBefore')}</span>
      <ToggleGroup.Root
        type="single"
        className="widget-segments"
        value={mode}
        disabled={disabled}
        aria-label={t('widgets.seedModeOf', { label })}
        onValueChange={(next) => {
          const found = seedModes.find((one) => one === next)
          if (found) onMode(found)
        }}
      >
        {seedModes.map((one) => (
          <ToggleGroup.Item key={one} value={one} className="widget-segments__item">
            {t(looks[one].key)}
          </ToggleGroup.Item>
        ))}
      </ToggleGroup.Root>
    </div>
  )
}
