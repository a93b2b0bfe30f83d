/** What can be done with a model of the list. */

import type { DragEvent } from 'react'
import { MODEL_MIME } from '../../canvas/dropping'
import { editAround, editable } from '../../canvas/here'
import { isCard } from '../../canvas/nodes'
import { nodeNamed, viewCentre } from '../../canvas/view'
import { parent, type Point } from '../../graph/level'
import { linksOf } from '../../graph/links'
import { changeInput, setParam } from '../../graph/operations'
import { t } from '../../i18n/t'
import type { JsonValue, ModelRecord } from '../../protocol'
import { announce } from '../../shell/announce'
import { closeSheet } from '../../shell/layout'
import { notify } from '../../stores/notices'
import { useCatalogue } from '../../stores/catalogue'
import { modelNamed } from '../../stores/models'
import { shortName, withWords } from '../../widgets/models'
import { addNode } from '../AddNode/adding'
import { loaderOf, modelPort, type Loader, type TextPort } from './ports'

/** Put the node that loads a model onto the canvas, with the file set. */
export async function addLoader(model: ModelRecord, loader: Loader | undefined, position: Readonly<Point> = viewCentre()): Promise<void> {
  if (!loader) notify({ kind: 'warn', text: t('left.noLoader', { name: shortName(model.name) }) })
  else if (await addNode(loader.node.id, position, { [loader.port]: model.name })) closeSheet()
}

/** Let a card load a model; the graph's input that feeds the port has it as its default then. */
export async function giveModel(card: string, port: string, model: ModelRecord): Promise<void> {
  await write(card, port, model.name)
  announce(t('left.modelGiven', { name: shortName(model.name) }))
}

/** Add words to the text of a card that it does not have. */
export async function addWords(card: string, { port, text }: TextPort, words: readonly string[]): Promise<void> {
  await write(card, port, withWords(text, words))
  announce(t('left.wordsAdded', { words: words.join(', ') }))
}

/** Put words onto the clipboard. */
export async function copyWords(words: readonly string[]): Promise<void> {
  await navigator.clipboard.writeText(words.join(', '))
  announce(t('left.wordsCopied'))
}

async function write(card: string, port: string, value: JsonValue): Promise<void> {
  await editAround(card, (level, name, at) => {
    const link = linksOf(level).find(({ target }) => target.name === name && target.port === port)
    if (link?.kind === 'input') return changeInput(level, link.source.port, { default: value }, at)
    return setParam(level, name, port, value, at)
  })
}

/** Let a model be dragged to the canvas. */
export function dragModel({ dataTransfer }: DragEvent, { name }: ModelRecord): void {
  dataTransfer.setData(MODEL_MIME, name)
  dataTransfer.setData('text/plain', name)
  dataTransfer.effectAllowed = 'copy'
}

/** A model was let go: a card that takes it loads it then, else there is a loader for it. */
export async function dropModel(name: string, position: Readonly<Point>, card: string): Promise<void> {
  const model = modelNamed(name)
  if (!model) return
  const node = card ? nodeNamed(card) : undefined
  const port = node && isCard(node) ? modelPort(node.data.face.inputs, model) : null
  if (port !== null && editable(parent(card))) await giveModel(card, port, model)
  else await addLoader(model, loaderOf(useCatalogue.getState().catalogue, model), position)
}
