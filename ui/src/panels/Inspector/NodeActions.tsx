import { Palette, Play, RefreshCw, Snowflake } from 'lucide-react'
import { ToggleGroup } from 'radix-ui'
import { COLOURS, COLOUR_NAMES, swatch } from '../../canvas/swatches'
import { children, viewOf } from '../../graph/level'
import { freeze, setColour, setFields } from '../../graph/operations'
import { t } from '../../i18n/t'
import type { Instance } from '../../protocol'
import { Button, IconButton } from '../../shell/Button'
import { Menu, type MenuEntry } from '../../shell/Menu'
import { runCommand } from '../../stores/commands'
import { edit } from '../../stores/graphs'
import { useKeyed } from '../../stores/keyed'
import { keyOf, results } from '../../stores/results'
import { nodeKey } from '../../stores/runs'
import { Section } from './Section'
import type { Here } from './here'

const MODES = ['normal', 'bypass', 'mute'] as const

interface NodeActionsProps {
  readonly place: Here
  readonly name: string
  readonly instance: Instance
}

/** Whether an instance takes part, and what can be done with it as a whole. */
export function NodeActions({ place, name, instance }: NodeActionsProps) {
  const { level, at, session, readOnly } = place
  const colour = viewOf(level).colours.get(name) ?? ''
  const mode = instance.mode || 'normal'
  const key = keyOf(useKeyed(results, nodeKey(session, children(at, name))))
  if (readOnly) return null
  return (
    <Section
      title={t('left.behaviour')}
      tools={
        <>
          <IconButton icon={Play} size="small" label={t('left.runTo')} onClick={() => runCommand('run.toSelected')} />
          <IconButton icon={RefreshCw} size="small" label={t('left.force')} onClick={() => runCommand('run.forceSelected')} />
          {key && !instance.frozen && (
            <IconButton icon={Snowflake} size="small" label={t('left.freeze')} onClick={() => void edit(session, freeze(name, key, at))} />
          )}
          <Menu align="end" entries={() => colourEntries(colour, (next) => void edit(session, setColour(level, [name], next, at)))}>
            <button type="button" className="icon-button icon-button--small" aria-label={t('left.colour')} title={t('left.colour')}>
              <Palette size={14} aria-hidden style={colour ? { color: colour } : undefined} />
            </button>
          </Menu>
        </>
      }
    >
      <ToggleGroup.Root
        type="single"
        className="modes"
        aria-label={t('left.mode')}
        value={mode}
        onValueChange={(next) => {
          if (next) void edit(session, setFields(name, { mode: next === 'normal' ? null : next }, at))
        }}
      >
        {MODES.map((one) => (
          <ToggleGroup.Item key={one} value={one} className="modes__mode" title={t(`left.modeHelp_${one}`)}>
            {t(`left.mode_${one}`)}
          </ToggleGroup.Item>
        ))}
      </ToggleGroup.Root>
      {instance.frozen && (
        <p className="inspector__frozen">
          <Snowflake size={14} aria-hidden />
          <span>{t('left.frozen')}</span>
          <Button kind="quiet" onClick={() => void edit(session, freeze(name, null, at))}>{t('left.unfreeze')}</Button>
        </p>
      )}
    </Section>
  )
}

function colourEntries(now: string, choose: (colour: string) => void): MenuEntry[] {
  return COLOURS.map((colour, place) => ({
    id: colour || 'none',
    label: t(`canvas.colour_${COLOUR_NAMES[place] ?? 'none'}`),
    icon: swatch(colour),
    ...(colour === now ? { hint: '✓' } : {}),
    onSelect: () => choose(colour),
  }))
}
