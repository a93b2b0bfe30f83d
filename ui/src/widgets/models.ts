/** Models to choose from: which of them a port takes, how they are found, and what is told of them in short. */

import { formatBytes, t, type Key } from '../i18n/t'
import type { ModelRecord } from '../protocol'
import { lastPart, matches } from './files'
import type { FormOf } from './schema'

/** What a port says about the models that it takes. */
export type ModelForm = Pick<FormOf<'model'>, 'folder' | 'suffixes' | 'kinds' | 'families'>

/** Which models are listed; an empty field asks for nothing. */
export interface ModelQuery {
  readonly text: string
  readonly kind: string
  readonly family: string
}

/** The kind of what can't be told. */
const UNKNOWN = 'unknown'

export const ALL: ModelQuery = { text: '', kind: '', family: '' }

/** Whether a port can read a model: folders in diffusers' layout, or files by their ending. */
export function reads({ folder, suffixes }: Pick<ModelForm, 'folder' | 'suffixes'>, model: ModelRecord): boolean {
  if (folder) return model.format === 'diffusers'
  const name = model.name.toLowerCase()
  return model.format !== 'diffusers' && (suffixes.length === 0 || suffixes.some((suffix) => name.endsWith(suffix)))
}

/** Whether a model is of a kind and family that a port is for; one of which these can't be told may be. */
export function isMeant({ kinds, families }: Pick<ModelForm, 'kinds' | 'families'>, { kind, family }: ModelRecord): boolean {
  const fits = family === '' || families.length === 0 || families.includes(family)
  return fits && (kind === UNKNOWN || kinds.length === 0 || kinds.includes(kind))
}

/** The models that are asked for: every word stands in their names, their makers' or their trigger words. */
export function asked(models: readonly ModelRecord[], { text, kind, family }: ModelQuery): readonly ModelRecord[] {
  if (text.trim() === '' && kind === '' && family === '') return models
  return models.filter(
    (model) =>
      (kind === '' || model.kind === kind) && (family === '' || model.family === family) && matches(wordsOf(model), text.trim()),
  )
}

const known = new WeakMap<ModelRecord, string>()

function wordsOf(model: ModelRecord): string {
  let words = known.get(model)
  if (words === undefined) {
    const { name, title, author, family, variant, kind, trigger_words: triggers } = model
    words = [name, title, author, family, familyTitle(family), variant, kind, ...triggers].join('\n')
    known.set(model, words)
  }
  return words
}

/** The values that a field has among models, and how many have each; the most frequent first. */
export function counted(models: readonly ModelRecord[], field: 'kind' | 'family'): [value: string, count: number][] {
  const counts = new Map<string, number>()
  for (const { [field]: value } of models) if (value) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].sort((one, other) => other[1] - one[1] || (one[0] < other[0] ? -1 : 1))
}

const KINDS: Readonly<Record<string, Key>> = {
  checkpoint: 'widgets.kindCheckpoint',
  pipeline: 'widgets.kindPipeline',
  denoiser: 'widgets.kindDenoiser',
  embedding: 'widgets.kindEmbedding',
  'motion-module': 'widgets.kindMotion',
  upscaler: 'widgets.kindUpscaler',
  'face-restorer': 'widgets.kindFaceRestorer',
  inpainter: 'widgets.kindInpainter',
  'text-encoder': 'widgets.kindTextEncoder',
  'image-encoder': 'widgets.kindImageEncoder',
  'depth-estimator': 'widgets.kindDepth',
  'pose-estimator': 'widgets.kindPose',
  voice: 'widgets.kindVoice',
  'speaker-encoder': 'widgets.kindSpeaker',
  'speech-recogniser': 'widgets.kindSpeech',
  generator: 'widgets.kindGenerator',
  discriminator: 'widgets.kindDiscriminator',
  'patch-discriminator': 'widgets.kindPatchDiscriminator',
  'image-translator': 'widgets.kindTranslator',
  autoencoder: 'widgets.kindAutoencoder',
  [UNKNOWN]: 'widgets.kindUnknown',
}
const NAMES: Readonly<Record<string, string>> = {
  lora: 'LoRA',
  vae: 'VAE',
  vocoder: 'Vocoder',
  controlnet: 'ControlNet',
  't2i-adapter': 'T2I-Adapter',
  'ip-adapter': 'IP-Adapter',
}

/** What a kind is called. */
export function kindTitle(kind: string): string {
  const key = KINDS[kind]
  return key === undefined ? (NAMES[kind] ?? kind) : t(key)
}

const FAMILIES: Readonly<Record<string, string>> = {
  sd1: 'SD 1.5',
  sd2: 'SD 2',
  sdxl: 'SDXL',
  sd3: 'SD 3',
  flux: 'FLUX.1',
  flux2: 'FLUX.2',
  'qwen-image': 'Qwen-Image',
  'z-image': 'Z-Image',
  wan: 'Wan',
  'wan-dense': 'Wan 2.2, 5B',
  ltx: 'LTX',
  'ltx-condition': 'LTX from 0.9.5',
  ltx2: 'LTX 2',
  cogvideox: 'CogVideoX',
  'hunyuan-video': 'HunyuanVideo',
  animatediff: 'AnimateDiff',
  svd: 'SVD',
  'stable-audio': 'Stable Audio',
  ddpm: 'DDPM',
  dit: 'DiT',
  if: 'IF',
  pixart: 'PixArt',
  kandinsky: 'Kandinsky',
  'kandinsky-prior': 'Kandinsky, prior',
  unclip: 'unCLIP',
  'stable-unclip': 'Stable unCLIP',
  'sd-x4': 'SD ×4',
  'ldm-sr': 'LDM-SR',
  'shap-e': 'Shap-E',
  ldm: 'LDM',
  flux3: 'FLUX.3',
  chroma: 'Chroma',
  auraflow: 'AuraFlow',
  lumina2: 'Lumina 2',
  sana: 'Sana',
  hidream: 'HiDream',
  krea2: 'Krea 2',
  cosmos: 'Cosmos',
  mochi: 'Mochi',
  clip: 'CLIP',
  'clip-l': 'CLIP-L',
  'clip-g': 'CLIP-G',
  'clip-h': 'CLIP-H',
  t5: 'T5',
  't5-xxl': 'T5-XXL',
  umt5: 'UMT5',
  'umt5-xxl': 'UMT5-XXL',
  llm: 'LLM',
  dcgan: 'DCGAN',
  cyclegan: 'CycleGAN',
  patchgan: 'PatchGAN',
  pix2pix: 'pix2pix',
}

/** What a family is called. */
export function familyTitle(family: string): string {
  return FAMILIES[family] ?? family
}

/** Shares of the bytes below which a type of number is not told. */
const LITTLE = 0.02

/** The types of number that a model's weights are of, those that most are of first: `fp8 + bf16`. */
export function precisionText({ precision }: Pick<ModelRecord, 'precision'>): string {
  const types = Object.entries(precision).flatMap(([type, share]) => (share >= LITTLE ? [typeTitle(type)] : []))
  return [...new Set(types)].join(' + ')
}

/** What a type of number is called, as safetensors and GGUF name it. */
export function typeTitle(type: string): string {
  const [, brain, bits] = /^(B?)F(\d+)/.exec(type) ?? []
  if (bits !== undefined) return brain ? `bf${bits}` : `fp${bits}`
  return type.replace(/^I(?=\d+$)/, 'int')
}

/** A model in one line: kind, family with variant, precision and size, as far as they are known. */
export function briefly(model: ModelRecord): string {
  const family = [familyTitle(model.family), model.variant].filter(Boolean).join(' ')
  const kind = model.kind === UNKNOWN ? model.format : kindTitle(model.kind)
  return [kind, family, precisionText(model), formatBytes(model.size)].filter(Boolean).join(' · ')
}

/** Whether something has to be known before a model is used. */
export const hasFault = ({ missing, problem }: Pick<ModelRecord, 'missing' | 'problem'>) => problem !== '' || missing.length > 0

/** What a model is called in a list: its file, without the ending that most have. */
export const shortName = (name: string) => lastPart(name).replace(/\.safetensors$/i, '')

/** Where a model is on the server. */
export const modelPath = (name: string) => `models/${name.split('/').map(encodeURIComponent).join('/')}`

/** A text with words added that it does not have, as prompts are written. */
export function withWords(text: string, words: readonly string[]): string {
  const there = new Set(text.split(',').map((part) => part.trim().toLowerCase()))
  const fresh = words.filter((word) => !there.has(word.trim().toLowerCase()))
  return [text.trim().replace(/,$/, ''), ...fresh].filter((part) => part !== '').join(', ')
}
