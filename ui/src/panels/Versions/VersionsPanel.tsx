import { BookmarkPlus, Diff, GitBranch, RotateCcw, Tags } from 'lucide-react'
import { useCallback, useEffect, useState } from 'react'
import { get } from '../../api/http'
import { formatTime, t } from '../../i18n/t'
import type { VersionRecord } from '../../protocol'
import { Ago } from '../../shell/Ago'
import { Button, IconButton } from '../../shell/Button'
import { Empty } from '../../shell/Empty'
import { Skeleton } from '../../shell/Spinner'
import { branch, restoreVersion, tell, useGraphs } from '../../stores/graphs'
import { notify } from '../../stores/notices'
import { compareWithActive } from '../DiffView/actions'
import { keepVersion } from './keep'
import './Versions.css'

/** Named states of the shown graph: kept, brought back, branched from, compared. */
export function VersionsPanel() {
  const session = useGraphs((state) => state.active)
  const [list, setList] = useState<{ session: string; versions: VersionRecord[] } | null>(null)
  const load = useCallback(async () => {
    if (!session) return
    try {
      setList({ session, versions: (await get<VersionRecord[]>(`sessions/${session}/versions`)).reverse() })
    } catch (error) {
      tell(error)
    }
  }, [session])
  useEffect(() => {
    void Promise.resolve().then(load)
  }, [load])
  const keep = async () => {
    if (await keepVersion(session)) await load()
  }
  if (!session) return <Empty icon={Tags} title={t('panels.versionsNone')} />
  const versions = list?.session === session ? list.versions : null
  return (
    <div className="versions">
      <Button icon={BookmarkPlus} onClick={() => void keep()}>
        {t('panels.keepVersion')}
      </Button>
      {!versions && <Skeleton lines={3} />}
      {versions?.length === 0 && (
        <Empty icon={Tags} title={t('panels.versionsEmpty')} text={t('panels.versionsEmptyText')} />
      )}
      <ul className="versions__list">
        {versions?.map((version) => (
          <Version key={version.id} version={version} />
        ))}
      </ul>
    </div>
  )
}

function Version({ version }: { readonly version: VersionRecord }) {
  const { session, id, name, created } = version
  const restore = () => {
    restoreVersion(session, id).then(
      () => notify({ kind: 'good', text: t('panels.versionRestored', { name }) }),
      tell,
    )
  }
  return (
    <li className="versions__item">
      <div className="versions__text">
        <span className="versions__name" title={name}>
          {name}
        </span>
        <time
          className="versions__time"
          dateTime={new Date(created * 1000).toISOString()}
          title={formatTime(created * 1000)}
        >
          <Ago moment={created * 1000} />
        </time>
      </div>
      <IconButton icon={RotateCcw} size="small" label={t('panels.restoreThis', { name })} onClick={restore} />
      <IconButton
        icon={GitBranch}
        size="small"
        label={t('panels.branchThis', { name })}
        onClick={() => void branch(session, { version: id }).catch(tell)}
      />
      <IconButton
        icon={Diff}
        size="small"
        label={t('panels.compareThis', { name })}
        onClick={() => void compareWithActive({ kind: 'version', version })}
      />
    </li>
  )
}
