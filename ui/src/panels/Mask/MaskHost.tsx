import { useEffect } from 'react'
import { adding } from '../../canvas/actions'
import { editable } from '../../canvas/here'
import { shownNodes } from '../../canvas/view'
import { viewOf, type Point } from '../../graph/level'
import { t } from '../../i18n/t'
import { announce } from '../../shell/announce'
import { lazyPart } from '../../shell/lazyPart'
import { registerCommands } from '../../stores/commands'
import type { MaskPainterProps } from '../../widgets/MaskPainter'
import { noteRecent } from '../../widgets/files'
import { send } from '../../widgets/uploads'
import { CARD, maskOperations, placeBelow, type Box } from './masking'
import { maskableSelected, paintMask, useMasking, type Masked } from './store'

const Painter = lazyPart<MaskPainterProps>(
  () => import('../../widgets/MaskPainter').then((module) => ({ default: module.MaskPainter })),
  { quiet: true },
)

/** The window in which masks are painted, and the command that opens it. */
export function MaskHost() {
  const masked = useMasking((now) => now.masked)
  useEffect(
    () =>
      registerCommands([
        {
          id: 'node.paintMask',
          titleKey: 'widgets.paintMask',
          group: 'nodes',
          when: () => maskableSelected() !== null,
          run: () => paintMask(maskableSelected()),
        },
      ]),
    [],
  )
  if (!masked) return null
  return (
    <Painter
      open
      onOpenChange={(open) => {
        if (!open) paintMask(null)
      }}
      picture={masked.picture}
      title={t('widgets.maskTitleOf', { name: masked.title })}
      onPaint={(mask) => place(mask, masked)}
    />
  )
}

/** Send a painted mask and put it into the graph beside the picture, as one edit. */
async function place(mask: Blob, masked: Masked): Promise<void> {
  const title = t('widgets.maskOf', { name: masked.title })
  const sent = await send(new File([mask], `${title.replace(/\.[^.]+$/, '')}.png`, { type: 'image/png' }))
  noteRecent(sent.id)
  const here = editable()
  if (!here) throw new Error(t('widgets.maskNoPlace'))
  const position = placeFor(masked.name)
  const names = await adding((at) => maskOperations(here.level, { file: sent.id, title, position }, here.known.catalogue, at))
  if (names.length === 0) throw new Error(t('widgets.maskNoPlace'))
  announce(t('widgets.maskAdded'))
}

function placeFor(name: string): Point {
  const boxes = shownNodes().map((node): Box & { id: string } => ({
    id: node.id,
    at: [node.position.x, node.position.y],
    size: [node.width ?? CARD[0], node.height ?? CARD[1]],
  }))
  const at = viewOf(editable()?.level ?? {}).positions.get(name) ?? [0, 0]
  const card = boxes.find(({ id }) => id === name) ?? { at, size: CARD }
  return placeBelow(card, boxes.filter(({ id }) => id !== name && !id.startsWith('.')))
}
