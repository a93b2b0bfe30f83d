import { Bell } from 'lucide-react'
import { useEffect } from 'react'
import { formatTime, t } from '../i18n/t'
import { clearNotices, seeNotices, useNotices, type Notice } from '../stores/notices'
import { Button } from './Button'
import { Empty } from './Empty'
import { noticeIcons, noticeNames } from './Toasts'
import './NoticeList.css'

function Row({ notice }: { readonly notice: Notice }) {
  const { kind, text, detail, at, count, action } = notice
  const Icon = noticeIcons[kind]
  return (
    <li className={`notice-list__row toast--${kind}`}>
      <Icon className="toast__icon" size={14} role="img" aria-label={t(noticeNames[kind])} />
      <div className="notice-list__body">
        <p>{text}</p>
        {detail !== undefined && <p className="notice-list__detail">{detail}</p>}
        <p className="notice-list__time">
          {formatTime(at)}
          {count > 1 && ` · ${t('shell.repeated', { n: count })}`}
        </p>
        {action && <Button onClick={action.run}>{action.label}</Button>}
      </div>
    </li>
  )
}

/** All notices of this visit, as a panel. */
export function NoticeList() {
  const history = useNotices((state) => state.history)
  useEffect(seeNotices, [history])
  if (history.length === 0) return <Empty icon={Bell} title={t('shell.noNotices')} text={t('shell.noNoticesText')} />
  return (
    <div className="notice-list">
      <ol aria-label={t('shell.notices')}>
        {history.map((notice) => (
          <Row key={notice.id} notice={notice} />
        ))}
      </ol>
      <Button kind="quiet" onClick={clearNotices}>
        {t('shell.clearNotices')}
      </Button>
    </div>
  )
}
