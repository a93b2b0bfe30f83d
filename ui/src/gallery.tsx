/**
 * Every input and viewer on one page, for working on them: `npx vite`, then gallery.html. Not part of the build.
 *
 * The address takes `?theme=dark` and `?lang=de`. Ports and pictures are those of the server it is proxied to.
 */

import { StrictMode, useState, type ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import { address, get } from './api/http'
import { speak } from './i18n/language'
import type { CatalogueRecord, InputPortRecord, JsonValue, UploadRecord } from './protocol'
import { TooltipProvider } from './shell/Tooltip'
import './shell/tokens.css'
import './shell/base.css'
import './gallery.css'
import { CompareView } from './views/CompareView'
import { Filmstrip } from './views/Filmstrip'
import { Stats } from './views/Stats'
import { ValueView, type ValueViewProps } from './views/ValueView'
import { MaskPainter } from './widgets/MaskPainter'
import type { SeedMode } from './widgets/seeds'
import { Widget } from './widgets/Widget'

const base: InputPortRecord = {
  type: 'str', shape: {}, help: 'What it is for.', required: false, optional: false, variadic: false, lazy: false,
  param: true, schema: {},
}
const curve = { type: 'array', items: { type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 } }

/** Node, port, and the value typed in. */
const samples: readonly (readonly [string, string, JsonValue | undefined])[] = [
  ['diffusion.scheduler', 'steps', undefined],
  ['latent.empty', 'width', 768],
  ['latent.empty', 'height', 513],
  ['conditioning.limit', 'start', 0.35],
  ['diffusion.guidance', 'scale', 7.5],
  ['diffusion.scheduler', 'strength', undefined],
  ['latent.noise', 'seed', 3141592653],
  ['image.noise', 'colours', true],
  ['image.depth', 'bits', 16],
  ['diffusion.scheduler', 'name', 'EulerDiscreteScheduler'],
  ['text.wildcards', 'text', 'a {red|green} __animal__, {oil painting|photo'],
  ['text.join', 'separator', undefined],
  ['load.hub', 'repo', undefined],
  ['image.flatten', 'colour', '#5b4bdbcc'],
  ['image.load_folder', 'folder', 'pictures/cats'],
  ['load.diffusers', 'folder', undefined],
  ['load.upscaler', 'file', 'gone.pth'],
  ['train.text_to_image_start', 'widths', [64, 128, 192.5]],
  ['text.join', 'texts', ['a cat', 'in the rain, seen from far away through a window']],
  ['flow.switch', 'condition', 'maybe'],
]

function Bound(props: { port: InputPortRecord; name: string; value: JsonValue | undefined; compact?: boolean; disabled?: boolean }) {
  const [value, setValue] = useState(props.value)
  const [mode, setMode] = useState<SeedMode>('random')
  return (
    <Widget
      {...props}
      label={props.name}
      value={value}
      onChange={setValue}
      onReset={() => setValue(undefined)}
      seedMode={mode}
      onSeedMode={setMode}
    />
  )
}

interface GalleryProps {
  readonly catalogue: CatalogueRecord
  readonly uploads: readonly UploadRecord[]
}

function Cell({ title, children }: { title: string; children: ReactNode }) {
  return <section className="gallery__cell"><h3>{title}</h3>{children}</section>
}

function Gallery({ catalogue, uploads }: GalleryProps) {
  const upload = uploads.find((one) => one.media.startsWith('image/'))
  const picture = upload && address(`uploads/${upload.id}`)
  const sound = uploads.find((one) => one.media.startsWith('audio/'))
  const ports = samples.flatMap(([node, name, value]) => {
    const port = catalogue.nodes.find((one) => one.id === node)?.inputs[name]
    return port ? [{ key: `${node}.${name}`, port, name, value }] : []
  })
  const file = catalogue.nodes.find((one) => one.id === 'image.load')?.inputs.file
  if (file) ports.push({ key: 'image.load.file', port: file, name: 'file', value: upload?.id })
  ports.push({ key: 'curve', port: { ...base, schema: curve }, name: 'curve', value: [[0, 0], [0.3, 0.1], [0.6, 0.9], [1, 1]] })
  return (
    <div className="gallery">
      <section>
        <h2>Cards</h2>
        <div className="gallery__grid">
          {[0, 1].map((half) => (
            <div key={half} className="gallery__card">
              {ports.filter((_, i) => i % 2 === half).map(({ key, ...rest }) => <Bound key={key} {...rest} compact />)}
            </div>
          ))}
          <div className="gallery__card">
            {ports.slice(0, 12).map(({ key, ...rest }) => <Bound key={key} {...rest} compact disabled />)}
          </div>
        </div>
      </section>
      <section>
        <h2>Forms</h2>
        <div className="gallery__grid">
          {ports.map(({ key, ...rest }) => <div key={key} className="gallery__cell"><Bound {...rest} /></div>)}
        </div>
      </section>
      <Views picture={picture} sound={sound && address(`uploads/${sound.id}`)} />
    </div>
  )
}

const cube = [-1, 1].flatMap((x) => [-1, 1].flatMap((y) => [-1, 1].map((z) => `v ${x} ${y} ${z}`))).join('\n')
const obj = `${cube}\nf 1 2 4 3\nf 5 6 8 7\nf 1 2 6 5\nf 3 4 8 7\n`
const losses = Array.from({ length: 400 }, (_, i) => 0.9 * Math.exp(-i / 80) + 0.05 + 0.03 * Math.sin(i * 1.7))

function Views({ picture, sound }: { picture: string | undefined; sound: string | undefined }) {
  const [paints, setPaints] = useState(false)
  const [mask, setMask] = useState<string>()
  const [step, setStep] = useState(3)
  const summary = {
    type: 'Latent[sd1]', shape: [1, 4, 64, 64], dtype: 'float32', min: -3.2, max: 3.4, mean: 0.01, std: 0.98, nan: 3,
    size: 65536, histogram: [1, 3, 8, 20, 40, 60, 55, 38, 22, 9, 4, 1],
  }
  const mesh = `data:text/plain,${encodeURIComponent(obj)}`
  const views: ValueViewProps[] = [
    { kind: 'image', title: 'image', ...(picture ? { url: picture } : {}) },
    { kind: 'image', title: 'broken image', url: address('uploads/none.png') },
    { kind: 'latent', title: 'latent without a picture', summary },
    { kind: 'audio', title: 'audio', ...(sound ? { url: sound } : {}) },
    { kind: 'video', title: 'broken video', url: address('uploads/none.mp4') },
    { kind: 'mesh', title: 'mesh', url: mesh },
    { kind: 'plot', title: 'plot', value: losses },
    { kind: 'text', title: 'text', value: 'A small fishing boat in the morning fog.\nSecond line.' },
    { kind: 'number', title: 'number', value: 0.123456 },
    { kind: 'bool', title: 'bool', value: true },
    { kind: 'list', title: 'list of numbers', value: [1, 2, 3.25, 1e-7, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14] },
    { kind: 'list', title: 'list of texts', value: ['a cat', 'in the rain, seen from far away'] },
    { kind: 'json', title: 'table', value: [{ step: 1, loss: 0.5, note: 'warm-up' }, { step: 2, loss: 0.25 }] },
    { kind: 'json', title: 'json', value: [[1, 2], { a: [true, null] }] },
    { kind: 'other', title: 'nothing' },
  ]
  return (
    <>
      {(['card', 'panel'] as const).map((size) => (
        <section key={size}>
          <h2>Values, {size}</h2>
          <div className="gallery__grid">
            {views.map((view) => <Cell key={view.title} title={view.title}><ValueView {...view} size={size} /></Cell>)}
          </div>
        </section>
      ))}
      <section>
        <h2>Values, full</h2>
        <div className="gallery__grid">
          {picture && <Cell title="image"><div className="gallery__full"><ValueView kind="image" url={picture} title="image" size="full" /></div></Cell>}
          {picture && (
            <Cell title="compare">
              <div className="gallery__full">
                <CompareView before={{ url: picture, title: 'run 12' }} after={{ url: mask ?? picture, title: 'run 13' }} />
              </div>
            </Cell>
          )}
          <Cell title="stats"><Stats summary={summary} title="link" /></Cell>
          <Cell title="filmstrip">
            <Filmstrip
              frames={Array.from({ length: 12 }, (_, i) => ({ step: i, url: i > 8 ? undefined : picture }))}
              selected={step}
              onSelect={setStep}
              label="steps"
            />
          </Cell>
          <Cell title="mask">
            <button type="button" onClick={() => setPaints(true)}>paint</button>
            {mask && <img src={mask} alt="mask" width={200} />}
          </Cell>
        </div>
      </section>
      {picture && (
        <MaskPainter
          open={paints}
          onOpenChange={setPaints}
          picture={picture}
          onPaint={(blob) => setMask(URL.createObjectURL(blob))}
        />
      )}
    </>
  )
}

const query = new URLSearchParams(location.search)
document.documentElement.dataset.theme = query.get('theme') ?? 'light'
await speak(query.get('lang') === 'de' ? 'de' : 'en')
const catalogue = await get<CatalogueRecord>('nodes')
const uploads = await get<UploadRecord[]>('uploads')
const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <TooltipProvider><Gallery catalogue={catalogue} uploads={uploads} /></TooltipProvider>
    </StrictMode>,
  )
}
