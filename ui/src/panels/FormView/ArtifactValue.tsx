import { Download } from 'lucide-react'
import { address } from '../../api/http'
import { formatBytes, t } from '../../i18n/t'
import type { ArtifactRecord } from '../../protocol'
import { Button, IconButton } from '../../shell/Button'
import { kindOf } from '../../views/kinds'
import { ValueView } from '../../views/ValueView'

interface ArtifactValueProps {
  readonly artifact: ArtifactRecord
  readonly onSave: () => void
}

/** What a run gave that is no picture: heard, moved, read; any other file to be saved. */
export function ArtifactValue({ artifact, onSave }: ArtifactValueProps) {
  const { media, value, digest, output, type, size } = artifact
  const kind = kindOf(artifact)
  if (kind === 'other' && media) {
    return (
      <Button icon={Download} onClick={onSave}>
        {t('panels.downloadFile', { kind: type, size: formatBytes(size) })}
      </Button>
    )
  }
  const url = media ? { url: address(`artifacts/${digest}`) } : {}
  return (
    <div className="form-output__file">
      <ValueView kind={kind} {...url} mime={media} value={value} size="panel" title={output} />
      {media && <IconButton icon={Download} label={t('panels.download')} onClick={onSave} />}
    </div>
  )
}
