import { File as FileIcon, Upload } from 'lucide-react'
import { useRef, useState, type KeyboardEvent } from 'react'
import { formatBytes, t } from '../i18n/t'
import type { UploadRecord } from '../protocol'
import type { FormOf } from './schema'
import { Button } from '../shell/Button'
import { fileName, isUpload, listUploads, pictureOf } from './uploads'
import { useLoad } from '../views/useLoad'

interface ChooserProps {
  readonly form: FormOf<'file'>
  readonly nullable: boolean
  readonly chosen: string
  /** Part that is sent of the file on its way; null when none is. */
  readonly sent: number | null
  readonly onSend: (file: File) => void
  readonly onChoose: (name: string | null) => void
}

/** Where a file comes from: this machine, what was sent before, or the workspace. */
export function FileChooser(props: ChooserProps) {
  const { form, nullable, sent, onChoose, onSend } = props
  const input = useRef<HTMLInputElement>(null)
  return (
    <div className="file-chooser">
      {!form.folder && (
        <>
          <button
            type="button"
            className="file-chooser__drop"
            disabled={sent !== null}
            onClick={() => input.current?.click()}
            onDragOver={(event) => event.preventDefault()}
            onDrop={(event) => {
              event.preventDefault()
              const [file] = event.dataTransfer.files
              if (file) onSend(file)
            }}
          >
            <Upload size={16} aria-hidden />
            <span>
              {sent === null
                ? t('widgets.dropHere')
                : t('widgets.sending', { percent: String(Math.round(sent * 100)) })}
            </span>
            {form.suffixes.length > 0 && <small>{form.suffixes.join(' ')}</small>}
          </button>
          <input
            ref={input}
            type="file"
            hidden
            accept={form.suffixes.join(',')}
            onChange={(event) => {
              const [file] = event.target.files ?? []
              if (file) onSend(file)
              event.target.value = ''
            }}
          />
          <Sent {...props} />
        </>
      )}
      <NameField {...props} />
      {nullable && (
        <Button onClick={() => onChoose(null)}>{t('widgets.unset')}</Button>
      )}
    </div>
  )
}

function Sent({ form, chosen, onChoose }: ChooserProps) {
  const loaded = useLoad(form.suffixes.join(), () => listUploads(form.suffixes))
  if (loaded.state === 'loading') return <p className="widget-note">{t('widgets.loading')}</p>
  if (loaded.state === 'failed') {
    return (
      <p className="widget-note" role="alert">
        {loaded.error}{' '}
        <Button onClick={loaded.retry}>{t('widgets.retry')}</Button>
      </p>
    )
  }
  if (loaded.value.length === 0) return <p className="widget-note">{t('widgets.noUploads')}</p>
  return <Grid uploads={loaded.value} chosen={chosen} onChoose={onChoose} />
}

interface GridProps {
  readonly uploads: readonly UploadRecord[]
  readonly chosen: string
  readonly onChoose: (name: string) => void
}

/** One stop of the Tab key, as in a list of radio buttons; the arrow keys go from file to file. */
function Grid({ uploads, chosen, onChoose }: GridProps) {
  const listed = uploads.findIndex((upload) => upload.id === chosen)
  const [at, setAt] = useState(Math.max(0, listed))
  const go = (event: KeyboardEvent<HTMLUListElement>) => {
    const ways: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }
    const way = ways[event.key]
    if (way === undefined) return
    event.preventDefault()
    const next = (at + way + uploads.length) % uploads.length
    setAt(next)
    event.currentTarget.querySelectorAll('button')[next]?.focus()
  }
  return (
    <ul className="file-grid" aria-label={t('widgets.uploads')} onKeyDown={go}>
      {uploads.map((upload, i) => (
        <li key={upload.id}>
          <button
            type="button"
            className="file-grid__item"
            tabIndex={i === at ? 0 : -1}
            aria-pressed={upload.id === chosen}
            title={fileName(upload.id)}
            onFocus={() => setAt(i)}
            onClick={() => onChoose(upload.id)}
          >
            <Thumb id={upload.id} />
            <span className="file-grid__name">{fileName(upload.id)}</span>
            <small>{formatBytes(upload.size)}</small>
          </button>
        </li>
      ))}
    </ul>
  )
}

function Thumb({ id }: { readonly id: string }) {
  const picture = pictureOf(id)
  if (!picture) return <span className="file-grid__thumb"><FileIcon size={22} aria-hidden /></span>
  return <img className="file-grid__thumb" src={picture} alt="" loading="lazy" decoding="async" />
}

function NameField({ form, chosen, onChoose }: ChooserProps) {
  const [name, setName] = useState(isUpload(chosen) ? '' : chosen)
  const use = () => {
    if (name.trim() !== '') onChoose(name.trim())
  }
  return (
    <div className="file-chooser__name">
      <label className="file-chooser__label">
        {t(form.folder ? 'widgets.folderName' : 'widgets.workspaceName')}
        <input
          type="text"
          className="text-line"
          value={name}
          placeholder={form.folder ? 'pictures/cats' : `pictures/cat${form.suffixes[0] ?? ''}`}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setName(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return
            event.preventDefault()
            use()
          }}
        />
      </label>
      <Button disabled={name.trim() === ''} onClick={use}>{t('widgets.use')}</Button>
    </div>
  )
}
