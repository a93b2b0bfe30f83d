import { useId, useState } from 'react'
import { t } from '../i18n/t'
import { useLanguage } from '../i18n/useLanguage'
import { useQuestions, type Asked, type DialogAction } from './ask'
import { Button } from './Button'
import './Dialogs.css'
import { Modal } from './Modal'

type Choice = Extract<Asked, { kind: 'choice' }>
type Naming = Extract<Asked, { kind: 'name' }>

function ChoiceDialog({ question, answer }: Choice) {
  const { title, text, actions, cancel } = question
  const primary = actions.find((action) => action.kind === 'primary')
  const losing = actions.some((action) => action.kind === 'danger')
  const close = (open: boolean) => !open && answer(null)
  return (
    <Modal
      open
      alert={losing}
      size="small"
      title={title}
      text={text}
      onOpenChange={close}
      onSubmit={primary && (() => answer(primary.id))}
      footer={
        <>
          {cancel !== null && (
            <Button data-autofocus={primary ? undefined : ''} onClick={() => answer(null)}>
              {cancel ?? t('shell.cancel')}
            </Button>
          )}
          {actions.map((action) => (
            <ActionButton key={action.id} action={action} answer={answer} />
          ))}
        </>
      }
    />
  )
}

function ActionButton({ action, answer }: { readonly action: DialogAction; readonly answer: (id: string) => void }) {
  const primary = action.kind === 'primary'
  return (
    <Button kind={action.kind ?? 'plain'} data-autofocus={primary ? '' : undefined} onClick={() => answer(action.id)}>
      {action.label}
    </Button>
  )
}

function NameDialog({ question, answer }: Naming) {
  const { title, text, label, placeholder, action, check } = question
  const [value, setValue] = useState(question.value ?? '')
  const [touched, setTouched] = useState(false)
  const field = useId()
  const name = value.trim()
  const wrong = check?.(name) ?? null
  const shown = touched ? wrong : null
  return (
    <Modal
      open
      size="small"
      title={title}
      text={text}
      onOpenChange={(open) => !open && answer(null)}
      onSubmit={() => (wrong === null && name ? answer(name) : setTouched(true))}
      footer={
        <>
          <Button onClick={() => answer(null)}>{t('shell.cancel')}</Button>
          {/* Enter in the field does the same. */}
          <button type="submit" className="button button--primary" disabled={!name}>
            {action}
          </button>
        </>
      }
    >
      <label className="dialog-field__label" htmlFor={field}>
        {label}
      </label>
      <input
        id={field}
        data-autofocus=""
        className="dialog-field"
        value={value}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        aria-invalid={shown !== null}
        aria-describedby={`${field}-wrong`}
        onFocus={(event) => event.target.select()}
        onChange={(event) => {
          setValue(event.target.value)
          setTouched(true)
        }}
      />
      <p id={`${field}-wrong`} className="dialog-field__wrong" aria-live="polite">
        {shown}
      </p>
    </Modal>
  )
}

/** Shows the first question that waits; see `ask` and `prompt`. */
export function Dialogs() {
  useLanguage()
  const [first] = useQuestions((state) => state.asked)
  if (!first) return null
  return first.kind === 'choice' ? <ChoiceDialog key={first.id} {...first} /> : <NameDialog key={first.id} {...first} />
}
