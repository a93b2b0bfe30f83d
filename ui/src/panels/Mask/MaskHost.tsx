import { useEffect } from 'react'
import { adding } from '../../canvas/actions'
import { editable, editLevel } from '../../canvas/here'
import { isBox } from '../../canvas/places'
import { shownNodes, spotAt, viewCentre } from '../../canvas/view'
import { nameOf, parent, type Point } from '../../graph/level'
import { setParam } from '../../graph/operations'
import { t } from '../../i18n/t'
import { announce } from '../../shell/announce'
import { lazyPart } from '../../shell/lazyPart'
import { registerCommands } from '../../stores/commands'
import type { MaskPainterProps } from '../../widgets/MaskPainter'
import { noteRecent } from '../../widgets/files'
import { send } from '../../widgets/uploads'
import { CARD, maskOperations, placeBelow, type Box } from './masking'
import { withOrigin } from './origin'
import { endMask, maskableSelected, paintMask, useMasking, type Masked } from './store'

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
          run: async () => {
            const masked = maskableSelected()
            if (masked) await paintMask(masked)
          },
        },
      ]),
    [],
  )
  if (!masked) return null
  return (
    <Painter
      open
      onOpenChange={(open) => {
        if (!open) endMask()
      }}
      picture={masked.picture}
      {...(masked.mask === undefined ? {} : { mask: masked.mask })}
      title={t(masked.mask === undefined ? 'widgets.maskTitleOf' : 'widgets.maskGoOn', { name: masked.title })}
      onPaint={(mask) => (masked.mask === undefined ? place : replace)(mask, masked)}
    />
  )
}

/** Send a painted mask and put it into the graph beside the picture, as one edit. */
async function place(mask: Blob, masked: Masked): Promise<void> {
  const title = t('widgets.maskOf', { name: masked.title })
  const file = await keep(mask, masked, `${title.replace(/\.[^.]+$/, '')}.png`)
  const inside = parent(masked.name)
  if (!editable(inside)) throw new Error(t('widgets.maskNoPlace'))
  const { place: position } = spotAt(placeFor(masked.name), inside)
  const names = await adding((level, at, { catalogue }) => maskOperations(level, { file, title, position }, catalogue, at), inside)
  if (names.length === 0) throw new Error(t('widgets.maskNoPlace'))
  announce(t('widgets.maskAdded'))
}

/** Send a mask that was painted on, and load it in place of the one before, as one edit. */
async function replace(mask: Blob, masked: Masked): Promise<void> {
  const file = await keep(mask, masked, masked.title)
  const { name, port = '' } = masked
  const done = await editLevel((level, at) => setParam(level, nameOf(name), port, file, at), parent(name))
  if (!done) throw new Error(t('widgets.maskNoPlace'))
  announce(t('widgets.maskChanged'))
}

/** Send a mask under a name, with the picture that it belongs to noted in it; gives its id. */
async function keep(mask: Blob, { origin }: Masked, name: string): Promise<string> {
  const sent = await send(new File([await withOrigin(mask, origin)], name, { type: 'image/png' }))
  noteRecent(sent.id)
  return sent.id
}

function placeFor(name: string): Point {
  const boxes = shownNodes().map((node): Box & { id: string } => ({
    id: node.id,
    at: [node.position.x, node.position.y],
    size: [node.width ?? CARD[0], node.height ?? CARD[1]],
  }))
  const card = boxes.find(({ id }) => id === name) ?? { at: viewCentre(), size: CARD }
  return placeBelow(card, boxes.filter(({ id }) => id !== name && parent(id) === parent(name) && !isBox(id)))
}
