import { Ellipsis, FileJson, FileUp, LayoutTemplate, Pencil, Trash2 } from 'lucide-react'
import { Tabs } from 'radix-ui'
import { useCallback, useEffect, useMemo, useRef, useState, type DragEvent, type KeyboardEvent } from 'react'
import { get } from '../../api/http'
import { t } from '../../i18n/t'
import type { GraphRecord } from '../../protocol'
import { Ago } from '../../shell/Ago'
import { Button } from '../../shell/Button'
import { Empty } from '../../shell/Empty'
import { Menu, type MenuEntry } from '../../shell/Menu'
import { Modal } from '../../shell/Modal'
import { Skeleton } from '../../shell/Spinner'
import { SearchField } from '../Library/SearchField'
import { newGraph, openFile, openFiles } from './actions'
import { closeOverlay } from './overlay'
import { recentFiles } from './recent'
import { removeFile, renameFile } from './workspaceFiles'
import './Files.css'

export interface FilesDialogProps {
  readonly tab: 'files' | 'templates'
}

interface Listing {
  files: GraphRecord[]
  templates: GraphRecord[]
}

/** Opens graphs: files of the workspace, those opened last first; templates; files from this machine. */
export function FilesDialog({ tab }: FilesDialogProps) {
  const [listing, setListing] = useState<Listing | null>(null)
  const [error, setError] = useState('')
  const [text, setText] = useState('')
  const head = useRef<HTMLDivElement>(null)
  const load = useCallback(() => {
    Promise.all([get<GraphRecord[]>('graphs'), get<GraphRecord[]>('templates')]).then(
      ([files, templates]) => setListing({ files: inOrder(files, recentFiles()), templates }),
      (problem: unknown) => setError(problem instanceof Error ? problem.message : String(problem)),
    )
  }, [])
  useEffect(load, [load])
  const start = async () => {
    closeOverlay()
    await newGraph()
  }
  return (
    <Modal
      open
      size="large"
      onOpenChange={(open) => !open && closeOverlay('open')}
      title={t('panels.openTitle')}
      className="files"
      footer={<Button onClick={() => void start()}>{t('panels.newGraph')}</Button>}
    >
      <Tabs.Root defaultValue={tab} className="files__tabs">
        <div className="files__head">
          <Tabs.List className="files__list" aria-label={t('panels.openTitle')}>
            <Tabs.Trigger value="files" className="files__tab">
              {t('panels.files')}
            </Tabs.Trigger>
            <Tabs.Trigger value="templates" className="files__tab">
              {t('panels.templates')}
            </Tabs.Trigger>
          </Tabs.List>
          <div className="files__search" ref={head}>
            <SearchField
              label={t('panels.searchFiles')}
              value={text}
              onChange={setText}
              onDown={() => rows(head.current)[0]?.focus()}
              onEnter={() => rows(head.current)[0]?.click()}
              first
            />
          </div>
        </div>
        {error && <p className="files__error">{error}</p>}
        <Tabs.Content value="files" tabIndex={-1}>
          <DropZone />
          {!listing && !error && <Skeleton lines={5} />}
          {listing && (
            <Records
              records={found(listing.files, text)}
              templates={false}
              searched={text !== ''}
              entries={(record) => fileEntries(record, listing.files, load)}
            />
          )}
        </Tabs.Content>
        <Tabs.Content value="templates" tabIndex={-1}>
          {!listing && !error && <Skeleton lines={5} />}
          {listing && <Records records={found(listing.templates, text)} templates searched={text !== ''} />}
        </Tabs.Content>
      </Tabs.Root>
    </Modal>
  )
}

/** Files that were opened last come first, then the ones that were written last. */
export function inOrder(files: readonly GraphRecord[], recent: readonly string[]): GraphRecord[] {
  const rank = (file: GraphRecord) => {
    const place = recent.indexOf(file.name)
    return place < 0 ? recent.length : place
  }
  return [...files].sort((one, other) => rank(one) - rank(other) || other.modified - one.modified)
}

/** Those in which every word occurs. */
export function found(files: readonly GraphRecord[], text: string): GraphRecord[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return files.filter((file) => {
    const whole = `${file.name} ${file.title} ${file.help}`.toLowerCase()
    return words.every((word) => whole.includes(word))
  })
}

const rows = (place: Element | null) => [
  ...(place?.closest('.files')?.querySelectorAll<HTMLElement>('.files__row') ?? []),
]

function alongList(event: KeyboardEvent<HTMLElement>): void {
  const all = rows(event.currentTarget)
  const place = all.indexOf(document.activeElement as HTMLElement)
  const to = { ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: all.length - 1 }[event.key]
  if (to === undefined || place < 0) return
  event.preventDefault()
  if (to < 0) event.currentTarget.closest('.files')?.querySelector<HTMLElement>('input[type=search]')?.focus()
  else all[Math.min(to, all.length - 1)]?.focus()
}

interface RecordsProps {
  readonly records: readonly GraphRecord[]
  readonly templates: boolean
  readonly searched: boolean
  /** What else can be done with one of them. */
  readonly entries?: (record: GraphRecord) => MenuEntry[]
}

function fileEntries(record: GraphRecord, files: readonly GraphRecord[], load: () => void): MenuEntry[] {
  const after = (done: boolean) => {
    if (!done) return
    load()
    document.querySelector<HTMLElement>('.files [data-autofocus]')?.focus()
  }
  return [
    {
      id: 'rename',
      label: t('panels.renameFileCommand'),
      icon: Pencil,
      onSelect: () => void renameFile(record.name, files).then(after),
    },
    {
      id: 'remove',
      label: t('panels.removeFileCommand'),
      icon: Trash2,
      danger: true,
      onSelect: () => void removeFile(record).then(after),
    },
  ]
}

function Records({ records, templates, searched, entries }: RecordsProps) {
  const [opening, setOpening] = useState('')
  if (records.length === 0) {
    const title = t(searched ? 'panels.nothingFound' : 'panels.filesEmpty')
    return <Empty icon={FileJson} title={title} text={searched ? undefined : t('panels.filesEmptyText')} />
  }
  const open = async (name: string) => {
    setOpening(name)
    if (await openFile(name)) closeOverlay('open')
    else setOpening('')
  }
  const Icon = templates ? LayoutTemplate : FileJson
  return (
    <ul className="files__rows" onKeyDown={alongList}>
      {records.map((record) => (
        <li key={record.name} className="files__entry">
          <button
            type="button"
            className="files__row"
            aria-busy={opening === record.name}
            onClick={() => void open(record.name)}
          >
            <Icon size={18} strokeWidth={1.5} aria-hidden="true" />
            <span className="files__text">
              <span className="files__title">{record.title || record.name}</span>
              <span className="files__help">{record.help || record.name}</span>
            </span>
            {!templates && (
              <span className="files__facts">
                <span>{record.name}</span>
                <span><Ago moment={record.modified * 1000} /></span>
              </span>
            )}
          </button>
          {entries && (
            <Menu entries={() => entries(record)} align="end">
              <button
                type="button"
                className="icon-button icon-button--small"
                aria-label={t('panels.fileActions', { name: record.name })}
              >
                <Ellipsis size={14} aria-hidden="true" />
              </button>
            </Menu>
          )}
        </li>
      ))}
    </ul>
  )
}

/** Takes files from this machine: graphs, and pictures that carry one. */
function DropZone() {
  const input = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  const [busy, setBusy] = useState(false)
  const take = async (files: readonly File[]) => {
    setBusy(true)
    if ((await openFiles(files)) > 0) closeOverlay('open')
    setBusy(false)
  }
  const handlers = useMemo(
    () => ({
      onDragOver: (event: DragEvent) => {
        event.preventDefault()
        setOver(true)
      },
      onDragLeave: () => setOver(false),
    }),
    [],
  )
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    void take([...event.dataTransfer.files])
  }
  return (
    <div className="files__drop" data-over={over || undefined} {...handlers} onDrop={drop}>
      <FileUp size={18} strokeWidth={1.5} aria-hidden="true" />
      <span>{t(busy ? 'shell.loading' : 'panels.dropHere')}</span>
      <Button disabled={busy} onClick={() => input.current?.click()}>
        {t('panels.chooseFile')}
      </Button>
      <input
        ref={input}
        type="file"
        className="visually-hidden"
        tabIndex={-1}
        aria-label={t('panels.chooseFile')}
        accept=".json,.png,application/json,image/png"
        multiple
        onChange={(event) => void take([...(event.target.files ?? [])])}
      />
    </div>
  )
}
