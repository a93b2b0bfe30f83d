import { ChevronRight, Folder } from 'lucide-react'
import { useId, type ReactNode } from 'react'
import { formatBytes, t } from '../i18n/t'
import type { FilesRecord, UploadRecord } from '../protocol'
import { Button } from '../shell/Button'
import { useLoad, type Loaded } from '../views/useLoad'
import { FileGrid, type GridFile } from './FileGrid'
import { crumbsOf, lastPart, listFiles, matches, recentFiles } from './files'
import type { FormOf } from './schema'
import { fileName, listUploads, useUploads } from './uploads'

interface ListsProps {
  readonly form: FormOf<'file'>
  readonly chosen: string
  readonly text: string
  readonly folder: string
  readonly onFolder: (folder: string) => void
  readonly onChoose: (name: string) => void
}

/** What was chosen last, what was sent, and what lies in the workspace; all searched by one text. */
export function FileLists(props: ListsProps) {
  const { form, chosen, text, onChoose } = props
  const uploads = useLoad(form.suffixes.join(), () => (form.folder ? Promise.resolve([]) : listUploads(form.suffixes)))
  const sent = uploads.state === 'ready' ? uploads.value.filter((one) => matches(one.name || one.id, text)) : []
  return (
    <>
      {!form.folder && text === '' && uploads.state === 'ready' && <Recent {...props} uploads={uploads.value} />}
      {!form.folder && (
        <Part title={t('widgets.uploads')} loaded={uploads}>
          {sent.length > 0 ? (
            <FileGrid label={t('widgets.uploads')} files={sent.map(ofUpload)} chosen={chosen} onChoose={onChoose} />
          ) : (
            <p className="widget-note">{t(text === '' ? 'widgets.noUploads' : 'widgets.nothingFound')}</p>
          )}
        </Part>
      )}
      <Workspace {...props} />
    </>
  )
}

function Recent({ form, chosen, onChoose, uploads }: ListsProps & { readonly uploads: readonly UploadRecord[] }) {
  const known = useUploads((now) => now.known)
  const names = recentFiles(form.suffixes, new Set(uploads.map((one) => one.id)))
  const first = new Set(uploads.slice(0, names.length).map((one) => one.id))
  // What stands at the head of the next list is not said twice
  if (names.every((name) => first.has(name))) return null
  const files = names.map((name): GridFile => ({ name, title: lastPart(fileName(name, known)) }))
  return (
    <Part title={t('widgets.recentFiles')}>
      <FileGrid label={t('widgets.recentFiles')} files={files} chosen={chosen} onChoose={onChoose} />
    </Part>
  )
}

function Workspace(props: ListsProps) {
  const { form, text, folder, onFolder } = props
  const query = { suffixes: form.suffixes, text: form.folder ? '' : text, folder }
  const loaded = useLoad(JSON.stringify(query), () => listFiles(query))
  return (
    <Part title={t('widgets.workspace')} loaded={loaded}>
      {folder !== '' && <Crumbs folder={folder} onFolder={onFolder} />}
      {loaded.state === 'ready' && <Found {...props} found={loaded.value} />}
    </Part>
  )
}

function Found({ form, chosen, text, onFolder, onChoose, found }: ListsProps & { readonly found: FilesRecord }) {
  const folders = found.folders.filter((one) => !form.folder || matches(one.name, text))
  const files = form.folder ? [] : found.files.map((one) => ofFile(one, text !== ''))
  return (
    <>
      {folders.length > 0 && (
        <ul className="file-folders" aria-label={t('widgets.folders')}>
          {folders.map(({ name, count }) => (
            <li key={name}>
              <button type="button" className="file-folders__item" onClick={() => onFolder(name)}>
                <Folder size={14} aria-hidden />
                <span>{lastPart(name)}</span>
                <small>{t('widgets.filesIn', { n: count })}</small>
              </button>
              {form.folder && <Button aria-label={t('widgets.useFolder', { name })} onClick={() => onChoose(name)}>{t('widgets.use')}</Button>}
            </li>
          ))}
        </ul>
      )}
      {files.length > 0 && <FileGrid label={t('widgets.workspace')} files={files} chosen={chosen} onChoose={onChoose} />}
      {folders.length + files.length === 0 && (
        <p className="widget-note">{t(text === '' ? 'widgets.noFiles' : 'widgets.nothingFound')}</p>
      )}
      {found.more && <p className="widget-note">{t('widgets.moreFiles')}</p>}
    </>
  )
}

function Crumbs({ folder, onFolder }: Pick<ListsProps, 'folder' | 'onFolder'>) {
  return (
    <nav className="file-crumbs" aria-label={t('widgets.folders')}>
      <button type="button" onClick={() => onFolder('')}>{t('widgets.workspace')}</button>
      {crumbsOf(folder).map((one) => (
        <span key={one}>
          <ChevronRight size={12} aria-hidden />
          <button type="button" aria-current={one === folder ? 'true' : undefined} onClick={() => onFolder(one)}>
            {lastPart(one)}
          </button>
        </span>
      ))}
    </nav>
  )
}

interface PartProps {
  readonly title: string
  readonly loaded?: Loaded<unknown>
  readonly children: ReactNode
}

function Part({ title, loaded, children }: PartProps) {
  const id = useId()
  return (
    <section className="file-part" aria-labelledby={id}>
      <h3 id={id} className="file-part__title">{title}</h3>
      {loaded?.state === 'loading' && <p className="widget-note">{t('widgets.loading')}</p>}
      {loaded?.state === 'failed' && (
        <p className="widget-note" role="alert">
          {loaded.error} <Button onClick={loaded.retry}>{t('widgets.retry')}</Button>
        </p>
      )}
      {(!loaded || loaded.state === 'ready') && children}
    </section>
  )
}

function ofUpload({ id, name, size }: UploadRecord): GridFile {
  return { name: id, title: name || fileName(id, new Map()), hint: formatBytes(size) }
}

/** Found in several folders, files are told apart by the whole name. */
function ofFile({ name, size }: FilesRecord['files'][number], whole: boolean): GridFile {
  return { name, title: whole ? name : lastPart(name), hint: formatBytes(size) }
}
