import { ChevronDown, File as FileIcon, Folder } from 'lucide-react'
import { Popover } from 'radix-ui'
import { useEffect, useState, type DragEvent } from 'react'
import { isUpload } from '../graph/fileNames'
import { t } from '../i18n/t'
import { held, shownText, type Control } from './control'
import { FileChooser } from './FileChooser'
import { noteRecent } from './files'
import type { FormOf } from './schema'
import { fileName, learnName, send, useUploads } from './uploads'
import { thumbOf } from './thumbs'
import './file-picker.css'

/** A file: one that was sent to the server, or one of the workspace by its name. Files dropped here are sent. */
export function FilePicker(props: Control) {
  const { id, field, value, disabled, compact, label, aria, onChange, onFault } = props
  const form = field.form as FormOf<'file'>
  const [open, setOpen] = useState(false)
  const [over, setOver] = useState(false)
  const [sent, setSent] = useState<number | null>(null)
  const name = shownText(held(props))
  const picture = form.folder ? null : thumbOf(name, 64)
  const known = useUploads((now) => now.known)
  const called = fileName(name, known)
  useEffect(() => learnName(name), [name])

  const take = async (file: File) => {
    setSent(0)
    onFault(null)
    try {
      const record = await send(file, setSent)
      noteRecent(record.id)
      onChange(record.id)
      setOpen(false)
    } catch (error) {
      onFault({ key: 'widgets.faultUpload', values: { error: error instanceof Error ? error.message : '' } })
    } finally {
      setSent(null)
    }
  }
  const drop = (event: DragEvent) => {
    const [file] = event.dataTransfer.files
    setOver(false)
    if (!file || form.folder || disabled) return
    event.preventDefault()
    event.stopPropagation()
    void take(file)
  }
  const Icon = form.folder ? Folder : FileIcon
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger
        id={id}
        className="file-picker nodrag"
        data-compact={compact || undefined}
        data-over={over || undefined}
        data-unset={value === undefined || undefined}
        disabled={disabled}
        {...aria}
        onDragOver={(event) => {
          if (form.folder || !event.dataTransfer.types.includes('Files')) return
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        {picture ? (
          <img key={picture} className="file-picker__thumb" src={picture} alt="" loading="lazy" decoding="async" />
        ) : (
          <Icon className="file-picker__icon" size={compact ? 14 : 18} aria-hidden />
        )}
        <span className="file-picker__name" title={isUpload(name) ? called : name}>
          {sent === null ? called || emptyText(form, field.nullable) : t('widgets.sending', { percent: String(Math.round(sent * 100)) })}
        </span>
        <ChevronDown className="choice__arrow" size={14} aria-hidden />
        {sent !== null && <progress className="file-picker__progress" value={sent} aria-label={t('widgets.upload')} />}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="file-menu nowheel" align="start" sideOffset={4} collisionPadding={8} aria-label={label}>
          <FileChooser
            form={form}
            nullable={field.nullable}
            chosen={name}
            sent={sent}
            onSend={(file) => void take(file)}
            onChoose={(chosen) => {
              onFault(null)
              if (chosen !== null) noteRecent(chosen)
              onChange(chosen)
              setOpen(false)
            }}
          />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}

function emptyText(form: FormOf<'file'>, nullable: boolean): string {
  if (nullable) return t('widgets.notSet')
  return t(form.folder ? 'widgets.chooseFolder' : 'widgets.chooseFile')
}
