import { Search, Upload } from 'lucide-react'
import { useDeferredValue, useRef, useState } from 'react'
import { isUpload } from '../graph/fileNames'
import { t } from '../i18n/t'
import { Button } from '../shell/Button'
import { FileLists } from './FileLists'
import type { FormOf } from './schema'

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
  const { form, nullable, chosen, onChoose } = props
  const [text, setText] = useState('')
  const [folder, setFolder] = useState(folderOf(chosen))
  const sought = useDeferredValue(text.trim())
  return (
    <div className="file-chooser">
      {!form.folder && <DropZone {...props} />}
      <label className="file-chooser__search">
        <Search size={14} aria-hidden />
        <span className="visually-hidden">{t('widgets.searchFiles')}</span>
        <input
          type="search"
          value={text}
          placeholder={t('widgets.searchFiles')}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <div className="file-chooser__lists">
        <FileLists form={form} chosen={chosen} text={sought} folder={folder} onFolder={setFolder} onChoose={onChoose} />
      </div>
      {folder !== '' && form.folder && (
        <Button kind="primary" onClick={() => onChoose(folder)}>{t('widgets.useFolder', { name: folder })}</Button>
      )}
      {nullable && <Button onClick={() => onChoose(null)}>{t('widgets.unset')}</Button>}
    </div>
  )
}

/** Of a file of the workspace the folder is shown that it lies in. */
function folderOf(chosen: string): string {
  return isUpload(chosen) || !chosen.includes('/') ? '' : chosen.slice(0, chosen.lastIndexOf('/'))
}

function DropZone({ form, sent, onSend }: ChooserProps) {
  const input = useRef<HTMLInputElement>(null)
  return (
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
          {sent === null ? t('widgets.dropHere') : t('widgets.sending', { percent: String(Math.round(sent * 100)) })}
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
    </>
  )
}
